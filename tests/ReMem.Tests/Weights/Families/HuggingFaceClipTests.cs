using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Families;

public sealed class HuggingFaceClipTests : IDisposable
{
    private const string Prefix = "vision_model.";
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void CLIPs_image_tower_alone_and_with_text()
    {
        Dictionary<string, Tensor> state = DinoTests.Headless("vit_base_patch32_clip_224", 768);
        IEnumerable<(string, Tensor)> named = Tower(state)
            .Select(t => t.Name == "cls_token" ? ($"{Prefix}embeddings.class_embedding", t.Value.flatten()) : t)
            .Select(t => (t.Item1.Replace("norm_pre.", $"{Prefix}pre_layrnorm.", StringComparison.Ordinal), t.Item2));
        FamilyState.Check("Hugging Face CLIP", named, state, $"{Prefix}embeddings.position_ids");
        FamilyState.Check("Hugging Face CLIP", named, state, "text_model.embeddings.token_embedding.weight", "logit_scale",
            "visual_projection.weight", "text_projection.weight");
    }

    [Fact]
    public void SigLIPs_pooling_has_its_queries_apart()
    {
        Dictionary<string, Tensor> state = DinoTests.Headless("vit_base_patch16_siglip_224", 768);
        IEnumerable<(string, Tensor)> named = Tower(state.Where(t => !t.Key.Contains("attn_pool", StringComparison.Ordinal)))
            .Concat(FamilyState.Replace(
                state.Where(t => t.Key.StartsWith("attn_pool.", StringComparison.Ordinal)
                    && !t.Key.Contains(".q.", StringComparison.Ordinal) && !t.Key.Contains(".kv.", StringComparison.Ordinal)),
                ("attn_pool.latent", $"{Prefix}head.probe"), ("attn_pool.proj", $"{Prefix}head.attention.out_proj"), ("attn_pool.norm",
                    $"{Prefix}head.layernorm"),
                ("attn_pool.mlp", $"{Prefix}head.mlp")))
            .Append(($"{Prefix}head.attention.in_proj_weight", cat([state["attn_pool.q.weight"], state["attn_pool.kv.weight"]])))
            .Append(($"{Prefix}head.attention.in_proj_bias", cat([state["attn_pool.q.bias"], state["attn_pool.kv.bias"]])));
        FamilyState.Check("Hugging Face SigLIP", named, state, "text_model.head.weight", "logit_bias");
    }

    private static IEnumerable<(string Name, Tensor Value)> Tower(IEnumerable<KeyValuePair<string, Tensor>> state) => FamilyState.SplitQkv(
        FamilyState.Replace(
            state,
            ("patch_embed.proj", $"{Prefix}embeddings.patch_embedding"), ("blocks.", $"{Prefix}encoder.layers."), (".norm1.",
                ".layer_norm1."), (".norm2.", ".layer_norm2."),
            ("attn.proj", "self_attn.out_proj"), ("norm.weight", $"{Prefix}post_layernorm.weight"), ("norm.bias",
                $"{Prefix}post_layernorm.bias"))
            .Select(t => t.Name == "pos_embed" ? ($"{Prefix}embeddings.position_embedding.weight", t.Value.squeeze(0)) : t),
        ".attn.qkv.", ".self_attn.q_proj.", ".self_attn.k_proj.", ".self_attn.v_proj.");
}

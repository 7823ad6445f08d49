using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Families;

public sealed class OpenClipTests : IDisposable
{
    private static readonly string[] Text = ["positional_embedding", "text_projection", "logit_scale", "token_embedding.weight",
        "transformer.resblocks.0.ln_1.weight", "ln_final.bias"];
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void The_image_tower_of_OpenAI_and_OpenCLIP()
    {
        Dictionary<string, Tensor> state = DinoTests.Headless("vit_base_patch32_clip_224", 768);
        IEnumerable<(string, Tensor)> named = FamilyState.Replace(
            state,
            ("patch_embed.proj", "conv1"), ("pos_embed", "positional_embedding"), ("cls_token", "class_embedding"), ("blocks.",
                "transformer.resblocks."), ("norm_pre", "ln_pre"),
            (".norm1.", ".ln_1."), (".norm2.", ".ln_2."), ("attn.qkv.", "attn.in_proj_"), ("attn.proj", "attn.out_proj"), ("mlp.fc1",
                "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj"),
            ("norm.", "ln_post."))
            .Select(t => ($"visual.{t.Name}",
                t.Name switch { "positional_embedding" => t.Value.squeeze(0), "class_embedding" => t.Value.flatten(), _ => t.Value }));
        FamilyState.Check("CLIP (OpenAI or OpenCLIP)", named, state, ["visual.proj", .. Text]);
    }

    [Fact]
    public void A_timm_tower()
    {
        Dictionary<string, Tensor> state = DinoTests.Headless("vit_base_patch16_siglip_224", 768);
        FamilyState.Check("OpenCLIP with a timm tower", state.Select(t => ($"visual.trunk.{t.Key}", t.Value)), state,
            ["visual.head.proj.weight", "text.ln_final.weight", .. Text]);
    }
}

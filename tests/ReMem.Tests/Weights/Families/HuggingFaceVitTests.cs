using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Families;

public sealed class HuggingFaceVitTests : IDisposable
{
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>The names of ViTForImageClassification; ViTModel's lack the prefix and the classifier.</summary>
    public static IEnumerable<(string Name, Tensor Value)> Names(IEnumerable<KeyValuePair<string, Tensor>> state, string prefix = "vit.") =>
        FamilyState.SplitQkv(
        FamilyState.Replace(
            state,
            ("cls_token", $"{prefix}embeddings.cls_token"), ("dist_token", $"{prefix}embeddings.distillation_token"), ("pos_embed",
                $"{prefix}embeddings.position_embeddings"),
            ("patch_embed.proj", $"{prefix}embeddings.patch_embeddings.projection"), ("blocks.", $"{prefix}encoder.layer."), (".norm1.",
                ".layernorm_before."),
            (".norm2.", ".layernorm_after."), ("attn.proj", "attention.output.dense"), ("mlp.fc1", "intermediate.dense"), ("mlp.fc2",
                "output.dense"),
            ("norm.weight", $"{prefix}layernorm.weight"), ("norm.bias", $"{prefix}layernorm.bias")),
        ".attn.qkv.", ".attention.attention.query.", ".attention.attention.key.", ".attention.attention.value.");

    [Fact]
    public void ViTForImageClassification()
    {
        Dictionary<string, Tensor> state = FamilyState.Vit("vit_tiny_patch16_224", 192);
        IEnumerable<(string, Tensor)> named = Names(state)
            .Select(t => (t.Name.Replace("head.", "classifier.", StringComparison.Ordinal), t.Value));
        FamilyState.Check("Hugging Face ViT", named, state, "vit.pooler.dense.weight", "vit.embeddings.mask_token");
    }

    [Fact]
    public void ViTModel_without_a_head_behind_a_wrapper()
    {
        Dictionary<string, Tensor> state = FamilyState.Vit("vit_tiny_patch16_224", 192);
        state.Remove("head.weight");
        state.Remove("head.bias");
        FamilyState.Check("Hugging Face ViT", Names(state, string.Empty).Select(t => ($"module.model.{t.Name}", t.Value)), state);
    }

    [Fact]
    public void DeiT_with_its_teacher()
    {
        Dictionary<string, Tensor> state = FamilyState.Vit("deit_tiny_distilled_patch16_224", 192);
        IEnumerable<(string, Tensor)> named = Names(state, "deit.").Select(t =>
            (t.Name.Replace("head_dist.", "distillation_classifier.", StringComparison.Ordinal).Replace("head.", "cls_classifier.",
                StringComparison.Ordinal), t.Value));
        FamilyState.Check("Hugging Face ViT", named, state);
    }
}

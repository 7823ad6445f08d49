using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Families;

public sealed class HuggingFaceDinoTests : IDisposable
{
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Dinov2Model()
    {
        Dictionary<string, Tensor> state = DinoTests.Headless("vit_small_patch14_dinov2", 384);
        FamilyState.Check("Hugging Face DINOv2", Version2(state, string.Empty), state, "embeddings.mask_token");
        FamilyState.Check("Hugging Face DINOv2", Version2(state, "dinov2."), state, "dinov2.embeddings.mask_token", "classifier.weight",
            "classifier.bias");
        IEnumerable<(string, Tensor)> giant = Version2(state, string.Empty).Select(t =>
            (t.Name.Replace("mlp.fc1", "mlp.weights_in", StringComparison.Ordinal).Replace("mlp.fc2", "mlp.weights_out",
                StringComparison.Ordinal), t.Value));
        FamilyState.Check("Hugging Face DINOv2", giant, state);
    }

    [Fact]
    public void Dinov2WithRegistersModel()
    {
        Dictionary<string, Tensor> state = DinoTests.Headless("vit_small_patch14_reg4_dinov2", 384);
        FamilyState.Check("Hugging Face DINOv2 with registers", Version2(DinoTests.WithRegisters(state), "dinov2_with_registers."), state);
    }

    [Fact]
    public void DINOv3ViTModel()
    {
        Dictionary<string, Tensor> state = DinoTests.Headless("vit_small_patch16_dinov3", 384);
        IEnumerable<(string, Tensor)> named = FamilyState.SplitQkv(
            FamilyState.Replace(
                state,
                ("cls_token", "embeddings.cls_token"), ("reg_token", "embeddings.register_tokens"), ("patch_embed.proj",
                    "embeddings.patch_embeddings"), ("blocks.", "layer."),
                ("attn.proj", "attention.o_proj"), ("mlp.fc1", "mlp.up_proj"), ("mlp.fc2", "mlp.down_proj"), ("gamma_1",
                    "layer_scale1.lambda1"), ("gamma_2", "layer_scale2.lambda1")),
            ".attn.qkv.", ".attention.q_proj.", ".attention.k_proj.", ".attention.v_proj.");
        FamilyState.Check("Hugging Face DINOv3", named, state, "layer.0.attention.q_proj.bias", "layer.0.attention.v_proj.bias",
            "embeddings.mask_token");
        IEnumerable<(string, Tensor)> gated =
            named.Select(t => (t.Item1.Replace("up_proj", "gate_proj", StringComparison.Ordinal), t.Item2))
            .Concat([("layer.0.mlp.up_proj.weight", ones(3)), ("layer.0.attention.q_proj.bias", ones(8))]);
        Dictionary<string, Tensor> large = state.ToDictionary(t => t.Key.Replace("mlp.fc1", "mlp.fc1_g", StringComparison.Ordinal),
            t => t.Value);
        large["blocks.0.mlp.fc1_x.weight"] = ones(3);
        large["blocks.0.attn.q_bias"] = ones(8);
        FamilyState.Check("Hugging Face DINOv3", gated, large);
    }

    private static IEnumerable<(string Name, Tensor Value)> Version2(Dictionary<string, Tensor> state, string prefix) =>
        FamilyState.SplitQkv(
        FamilyState.Replace(
            state,
            ("cls_token", $"{prefix}embeddings.cls_token"), ("reg_token", $"{prefix}embeddings.register_tokens"), ("pos_embed",
                $"{prefix}embeddings.position_embeddings"),
            ("patch_embed.proj", $"{prefix}embeddings.patch_embeddings.projection"), ("blocks.", $"{prefix}encoder.layer."), ("attn.proj",
                "attention.output.dense"),
            ("ls1.gamma", "layer_scale1.lambda1"), ("ls2.gamma", "layer_scale2.lambda1"), ("norm.weight", $"{prefix}layernorm.weight"),
            ("norm.bias", $"{prefix}layernorm.bias")),
        ".attn.qkv.", ".attention.attention.query.", ".attention.attention.key.", ".attention.attention.value.");
}

using ReMem.Weights;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Families;

public sealed class DinoTests : IDisposable
{
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void DINO_in_a_trainings_checkpoint()
    {
        Dictionary<string, Tensor> state = Headless("vit_tiny_patch16_224", 192);
        FamilyState.Check("DINO", state.Select(t => (t.Key, t.Value)), state, "head.mlp.0.weight", "head.last_layer.weight_g");
        FamilyState.Check("timm", state.Select(t => ($"module.backbone.{t.Key}", t.Value)), state, "module.head.mlp.0.weight",
            "module.head.last_layer.weight_v");
    }

    [Fact]
    public void DINOv2()
    {
        Dictionary<string, Tensor> state = Headless("vit_small_patch14_dinov2", 384);
        FamilyState.Check("DINOv2", state.Select(t => (t.Key, t.Value)), state, "mask_token");

        // The giant's gated layers.
        FamilyState.Check("DINOv2", FamilyState.Replace(state, ("mlp.fc1", "mlp.w12"), ("mlp.fc2", "mlp.w3")), state, "mask_token");
    }

    [Fact]
    public void DINOv2_with_registers_adds_the_class_tokens_position_to_it()
    {
        Dictionary<string, Tensor> state = Headless("vit_small_patch14_reg4_dinov2", 384);
        FamilyState.Check("DINOv2 with registers",
            WithRegisters(state).Select(t => (t.Key.Replace("reg_token", "register_tokens", StringComparison.Ordinal), t.Value)), state,
            "mask_token");
    }

    [Fact]
    public void DINOv3_without_its_biases_of_0()
    {
        Dictionary<string, Tensor> state = Headless("vit_small_patch16_dinov3", 384);
        IEnumerable<(string, Tensor)> named = [.. Version3(state), ("blocks.0.attn.qkv.bias", zeros(24)),
            ("blocks.1.attn.qkv.bias", zeros(24))];
        using var folder = new TemporaryFolder();
        string path = PickleWriter.WriteState(folder.File("a.pth"), named.Select(t => KeyValuePair.Create(t.Item1, t.Item2)));
        using TimmWeightsFile file = TimmWeightsFile.Open(path);
        Assert.Equal("DINOv3", file.Family);
        Assert.Equal(state.Keys.Order(StringComparer.Ordinal), file.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["blocks.0.attn.qkv.bias", "blocks.1.attn.qkv.bias"], file.Dropped.Select(d => d.Name).Order(StringComparer.Ordinal));
        FamilyState.Check("DINOv3", Version3(state), state, "mask_token", "rope_embed.periods", "blocks.0.attn.qkv.bias_mask",
            "local_cls_norm.weight");
    }

    [Fact]
    public void DINOv3_with_biases_keeps_those_of_queries_and_values()
    {
        Dictionary<string, Tensor> state = Headless("vit_small_patch16_dinov3", 384);
        IEnumerable<(string, Tensor)> named = [.. Version3(state), ("blocks.1.attn.qkv.bias", arange(24).to(ScalarType.Float32))];
        state["blocks.1.attn.q_bias"] = arange(8).to(ScalarType.Float32);
        state["blocks.1.attn.v_bias"] = arange(16, 24).to(ScalarType.Float32);
        FamilyState.Check("DINOv3", named, state);
    }

    /// <summary>A state dict of timm's without the head.</summary>
    public static Dictionary<string, Tensor> Headless(string model, long width) =>
        FamilyState.Vit(model, width).Where(t => !t.Key.StartsWith("head.", StringComparison.Ordinal)).ToDictionary(t => t.Key,
            t => t.Value);

    /// <summary>DINOv2's tokens: a position before the patches' that it adds to the class token.</summary>
    public static Dictionary<string, Tensor> WithRegisters(Dictionary<string, Tensor> state)
    {
        // Halves and quarters: addition and subtraction are exact.
        state["cls_token"] = state["cls_token"].mul(4).round();
        Tensor position = ones(1, 1, 8) / 2;
        return new Dictionary<string, Tensor>(state)
        {
            ["cls_token"] = state["cls_token"] - position,
            ["pos_embed"] = cat([position, state["pos_embed"]], 1),
        };
    }

    private static IEnumerable<(string, Tensor)> Version3(Dictionary<string, Tensor> state) =>
        FamilyState.Replace(state, ("reg_token", "storage_tokens"), ("gamma_1", "ls1.gamma"), ("gamma_2", "ls2.gamma"));
}

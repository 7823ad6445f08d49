using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Families;

public sealed class TimmTests : IDisposable
{
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("eva02_tiny_patch14_224", 192)]
    [InlineData("vit_small_patch16_dinov3", 384)]
    [InlineData("beitv2_base_patch16_224", 768)]
    [InlineData("vit_base_patch16_siglip_224", 768)]
    [InlineData("vit_small_patch14_reg4_dinov2", 384)]
    public void timms_own_names_stay(string model, long width)
    {
        Dictionary<string, Tensor> state = FamilyState.Vit(model, width);
        FamilyState.Check("timm", state.Select(t => (t.Key, t.Value)), state);
        FamilyState.Check("timm", state.Select(t => ($"module.{t.Key}", t.Value)), state);
    }

    [Fact]
    public void Layers_of_pre_training_are_dropped()
    {
        Dictionary<string, Tensor> state = DinoTests.Headless("vit_tiny_patch16_224", 192);
        FamilyState.Check("timm", state.Select(t => (t.Key, t.Value)), state, "mask_token", "decoder_blocks.0.norm1.weight",
            "decoder_pos_embed", "lm_head.bias");
    }

    [Fact]
    public void DeiT_III()
    {
        Dictionary<string, Tensor> state = FamilyState.Vit("deit3_small_patch16_224", 384);
        FamilyState.Check("DeiT III", FamilyState.Replace(state, ("ls1.gamma", "gamma_1"), ("ls2.gamma", "gamma_2")), state);
    }
}

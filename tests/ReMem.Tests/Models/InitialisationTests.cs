using ReMem.Models;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

/// <summary>
/// Initialisation from scratch is timm's: a constant or wrongly scaled weight trains, but badly, so that no other test would show it.
/// </summary>
public class InitialisationTests
{
    [Theory]
    [InlineData("vit_pico_patch4_32", "blocks.0.attn.qkv.weight", 0.02)]
    [InlineData("vit_pico_patch4_32", "blocks.5.mlp.fc2.weight", 0.02)]
    [InlineData("vit_pico_patch4_32", "pos_embed", 0.02)]
    [InlineData("vit_pico_patch4_32", "cls_token", 1e-6)]
    [InlineData("deit_tiny_distilled_patch16_224", "dist_token", 0.02)]
    [InlineData("eva02_tiny_patch14_224", "blocks.11.mlp.fc2.weight", 0.0040825)]
    [InlineData("eva02_tiny_patch14_224", "blocks.1.attn.proj.weight", 0.01)]
    [InlineData("eva02_tiny_patch14_224", "cls_token", 0.02)]
    [InlineData("eva02_tiny_patch14_224", "head.weight", 2e-5)]
    [InlineData("resnet18", "layer2.0.conv1.weight", 0.04167)]
    [InlineData("resnet20", "layer1.0.conv1.weight", 0.11785)]
    [InlineData("resnet50", "layer3.0.conv2.weight", 0.02946)]
    [InlineData("efficientnet_b0", "blocks.3.1.conv_pw.weight", 0.06455)]
    [InlineData("efficientnet_b0", "blocks.3.1.se.conv_reduce.weight", 0.31623)]
    [InlineData("mobilenetv4_conv_small", "blocks.0.0.conv.weight", 0.08333)]
    [InlineData("mobilenetv4_conv_small", "blocks.2.0.dw_start.conv.weight", 0.28284)]
    [InlineData("convnext_atto", "stem.0.weight", 0.02)]
    [InlineData("convnext_atto", "stages.2.blocks.0.mlp.fc1.weight", 0.02)]
    [InlineData("convnext_atto", "head.fc.weight", 0.02)]
    [InlineData("mobilenetv3_small_100", "blocks.2.1.conv_pw.weight", 0.09129)]
    [InlineData("mobilenetv3_small_100", "blocks.4.1.conv_dw.weight", 0.28284)]
    [InlineData("mobilenetv3_small_100", "classifier.weight", 0.01826)]
    public void Weights_have_mean_0_and_timms_deviation(string name, string parameter, double deviation)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        manual_seed(0);
        using ImageModel model = ModelCatalogue.Create(name);
        Tensor value = model.state_dict()[parameter];
        double spread = 4 / Math.Sqrt(value.numel());
        Assert.InRange(value.mean().item<float>(), -spread * deviation, spread * deviation);
        Assert.InRange(value.std().item<float>(), (1 - spread) * deviation, (1 + spread) * deviation);
    }
}

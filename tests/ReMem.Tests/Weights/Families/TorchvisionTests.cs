using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Families;

public sealed class TorchvisionTests : IDisposable
{
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>The names of torchvision's VisionTransformer.</summary>
    public static IEnumerable<(string Name, Tensor Value)> VitNames(IEnumerable<KeyValuePair<string, Tensor>> state, string fc1 = "mlp.0",
        string fc2 = "mlp.3") => FamilyState.Replace(
        state,
        ("cls_token", "class_token"), ("pos_embed", "encoder.pos_embedding"), ("patch_embed.proj", "conv_proj"), ("head.", "heads.head."),
        ("blocks.", "encoder.layers.encoder_layer_"),
        (".norm1.", ".ln_1."), (".norm2.", ".ln_2."), ("attn.qkv.", "self_attention.in_proj_"), ("attn.proj", "self_attention.out_proj"),
        ("mlp.fc1", fc1), ("mlp.fc2", fc2), ("norm.", "encoder.ln."));

    [Fact]
    public void ViT_of_now_and_before()
    {
        Dictionary<string, Tensor> state = FamilyState.Vit("vit_tiny_patch16_224", 192);
        FamilyState.Check("torchvision ViT", VitNames(state), state);
        FamilyState.Check("torchvision ViT", VitNames(state, "mlp.linear_1", "mlp.linear_2"), state);
    }

    [Fact]
    public void ResNets_have_timms_names()
    {
        Dictionary<string, Tensor> state = FamilyState.Convolutional("resnet18");
        FamilyState.Check("timm", state.Select(t => (t.Key, t.Value)), state);
    }

    [Fact]
    public void ConvNeXt()
    {
        Dictionary<string, Tensor> state = FamilyState.Convolutional("convnext_tiny");
        IEnumerable<(string, Tensor)> named = state.Select(t =>
        {
            string[] parts = t.Key.Split('.');
            string rest = string.Join('.', parts[2..]);
            return parts[0] switch
            {
                "stem" => ($"features.0.{parts[1]}.{rest}", t.Value),
                "head" => ($"classifier.{(parts[1] == "norm" ? 0 : 2)}.{rest}", t.Value),
                _ when parts[2] == "downsample" => ($"features.{2 * int.Parse(parts[1])}.{string.Join('.', parts[3..])}", t.Value),
                _ when parts[4] == "gamma" => ($"features.{(2 * int.Parse(parts[1])) + 1}.{parts[3]}.layer_scale", t.Value.view(-1, 1, 1)),
                _ => ($"features.{(2 * int.Parse(parts[1])) + 1}.{parts[3]}.block."
                    + $"{(parts[4] == "mlp" ? parts[5] == "fc1" ? 3 : 5 : parts[4] == "norm" ? 2 : 0)}.{parts[^1]}", t.Value),
            };
        });
        FamilyState.Check("torchvision ConvNeXt", named, state);
    }
}

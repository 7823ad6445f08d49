using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Families;

public sealed class AugregTests : IDisposable
{
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>The names and forms of Google's JAX code.</summary>
    /// <param name="state">A plain ViT's, in timm's names.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="isOld">Sublayers counted by place, as in the augreg bucket; false: by kind, as in big_vision.</param>
    public static IEnumerable<(string Name, Tensor Value)> Names(IEnumerable<KeyValuePair<string, Tensor>> state, long heads,
        bool isOld = true)
    {
        foreach ((string name, Tensor value) in state)
        {
            string[] parts = name.Split('.');
            bool isWeight = parts[^1] == "weight";
            string block = parts.Length > 2 ? $"Transformer/encoderblock_{parts[1]}" : string.Empty, form = isWeight ? "kernel" : "bias",
                norm = isWeight ? "scale" : "bias";
            switch (parts)
            {
                case ["cls_token"]:
                    yield return ("cls", value);
                    break;
                case ["pos_embed"]:
                    yield return ("Transformer/posembed_input/pos_embedding", value);
                    break;
                case ["patch_embed", ..]:
                    yield return ($"embedding/{form}", isWeight ? value.permute(2, 3, 1, 0) : value);
                    break;
                case ["norm", _]:
                    yield return ($"Transformer/encoder_norm/{norm}", value);
                    break;
                case ["head", _]:
                    yield return ($"head/{form}", isWeight ? value.t() : value);
                    break;
                case [_, _, "attn", "qkv", _]:
                    foreach ((Tensor part, string kind) in value.chunk(3).Zip(["query", "key", "value"]))
                        yield return ($"{block}/MultiHeadDotProductAttention_{(isOld ? 1 : 0)}/{kind}/{form}",
                            isWeight ? part.t().reshape(part.shape[1], heads, -1) : part.reshape(heads, -1));
                    break;
                case [_, _, "attn", "proj", _]:
                    yield return ($"{block}/MultiHeadDotProductAttention_{(isOld ? 1 : 0)}/out/{form}",
                        isWeight ? value.t().reshape(heads, -1, value.shape[0]) : value);
                    break;
                case [_, _, "mlp", var layer, _]:
                    yield return ($"{block}/MlpBlock_{(isOld ? 3 : 0)}/Dense_{(layer == "fc1" ? 0 : 1)}/{form}",
                        isWeight ? value.t() : value);
                    break;
                default:
                    yield return ($"{block}/LayerNorm_{(parts[2] == "norm1" ? 0 : isOld ? 2 : 1)}/{norm}", value);
                    break;
            }
        }
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "opt/target/")]
    public void Kernels_are_turned(bool isOld, string prefix)
    {
        Dictionary<string, Tensor> state = FamilyState.Vit("vit_tiny_patch16_224", 192);
        FamilyState.Check("Google's ViT (augreg npz)", Names(state, 2, isOld).Select(t => (prefix + t.Name, t.Value)), state,
            $"{prefix}pre_logits/kernel");
    }
}

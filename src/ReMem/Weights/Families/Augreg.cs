using static ReMem.Weights.Families.NamingRule;
using static TorchSharp.torch;

namespace ReMem.Weights.Families;

/// <summary>
/// Google's ViT checkpoints of JAX (Steiner 2021, "How to train your ViT?"): npz with kernels whose inputs come before outputs, and image
/// height and width before channels.
/// </summary>
internal static class Augreg
{
    private const string Block = "Transformer/encoderblock_#";

    public static NamingFamily Family { get; } = new(
        "Google's ViT (augreg npz)",
        has => has("embedding/kernel") && has("Transformer/encoderblock_0/LayerNorm_0/scale"),
        renaming =>
        {
            // big_vision numbers sublayers by kind, the older code by position.
            bool isOld = renaming.Has("Transformer/encoderblock_0/MultiHeadDotProductAttention_1/query/kernel");
            string attention = $"{Block}/MultiHeadDotProductAttention_{(isOld ? 1 : 0)}", mlp = $"{Block}/MlpBlock_{(isOld ? 3 : 0)}";
            return
            [
                Move("cls", "cls_token"),
                Convert("embedding/kernel", "patch_embed.proj.weight", k => k.permute(3, 2, 0, 1)),
                Move("embedding/bias", "patch_embed.proj.bias"),
                Move("Transformer/posembed_input/pos_embedding", "pos_embed"),
                Move("pos_embedding", "pos_embed"),
                .. LayerNorm($"{Block}/LayerNorm_0", "blocks.#.norm1"),
                .. LayerNorm($"{Block}/LayerNorm_{(isOld ? 2 : 1)}", "blocks.#.norm2"),

                // [C, heads, C / heads] each; PyTorch's rows are outputs.
                Combine("blocks.#.attn.qkv.weight", values => cat([.. values.Select(k => k.flatten(1).t())], 0),
                    $"{attention}/query/kernel", $"{attention}/key/kernel", $"{attention}/value/kernel"),
                Combine("blocks.#.attn.qkv.bias", values => cat([.. values.Select(b => b.flatten())], 0), $"{attention}/query/bias",
                    $"{attention}/key/bias", $"{attention}/value/bias"),
                Convert($"{attention}/out/kernel", "blocks.#.attn.proj.weight", k => k.flatten(0, 1).t()),
                Move($"{attention}/out/bias", "blocks.#.attn.proj.bias"),
                .. Dense($"{mlp}/Dense_0", "blocks.#.mlp.fc1"),
                .. Dense($"{mlp}/Dense_1", "blocks.#.mlp.fc2"),
                .. LayerNorm("Transformer/encoder_norm", "norm"),
                .. Dense("head", "head"),
                Drop("pre_logits/*", "timm's ViT has no such layer before its head"),
            ];
        })
    {
        Prefixes = ["opt/target/", "params/"],
    };

    private static NamingRule[] LayerNorm(string from, string to) =>
        [Move($"{from}/scale", $"{to}.weight"), Move($"{from}/bias", $"{to}.bias")];

    private static NamingRule[] Dense(string from, string to) =>
        [Convert($"{from}/kernel", $"{to}.weight", k => k.t()), Move($"{from}/bias", $"{to}.bias")];
}

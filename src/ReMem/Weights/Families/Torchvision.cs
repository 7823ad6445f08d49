using static ReMem.Weights.Families.NamingRule;

namespace ReMem.Weights.Families;

/// <summary>
/// torchvision's ViT and ConvNeXt. Its ResNets have timm's names; its mobile networks are in <see cref="TorchvisionMobile"/>.
/// </summary>
internal static class Torchvision
{
    public static NamingFamily Vit { get; } = new(
        "torchvision ViT",
        has => has("class_token") && has("encoder.layers.encoder_layer_0.ln_1.weight"),
        Move("class_token", "cls_token"),
        Move("conv_proj.*", "patch_embed.proj.*"),
        Move("encoder.pos_embedding", "pos_embed"),
        Move("encoder.layers.encoder_layer_#.ln_1.*", "blocks.#.norm1.*"),
        Move("encoder.layers.encoder_layer_#.self_attention.in_proj_weight", "blocks.#.attn.qkv.weight"),
        Move("encoder.layers.encoder_layer_#.self_attention.in_proj_bias", "blocks.#.attn.qkv.bias"),
        Move("encoder.layers.encoder_layer_#.self_attention.out_proj.*", "blocks.#.attn.proj.*"),
        Move("encoder.layers.encoder_layer_#.ln_2.*", "blocks.#.norm2.*"),
        Move("encoder.layers.encoder_layer_#.mlp.0.*", "blocks.#.mlp.fc1.*"),
        Move("encoder.layers.encoder_layer_#.mlp.3.*", "blocks.#.mlp.fc2.*"),

        // Before torchvision 0.14.
        Move("encoder.layers.encoder_layer_#.mlp.linear_1.*", "blocks.#.mlp.fc1.*"),
        Move("encoder.layers.encoder_layer_#.mlp.linear_2.*", "blocks.#.mlp.fc2.*"),
        Move("encoder.ln.*", "norm.*"),
        Move("heads.head.*", "head.*"));

    public static NamingFamily ConvNext { get; } = new(
        "torchvision ConvNeXt",
        has => has("features.0.1.weight") && has("features.1.0.layer_scale"),
        [
            Move("features.0.#.*", "stem.#.*"),
            .. Enumerable.Range(0, 4).SelectMany(stage => new[]
            {
                Convert($"features.{(2 * stage) + 1}.#.layer_scale", $"stages.{stage}.blocks.#.gamma", g => g.flatten()),
                Move($"features.{(2 * stage) + 1}.#.block.0.*", $"stages.{stage}.blocks.#.conv_dw.*"),
                Move($"features.{(2 * stage) + 1}.#.block.2.*", $"stages.{stage}.blocks.#.norm.*"),
                Move($"features.{(2 * stage) + 1}.#.block.3.*", $"stages.{stage}.blocks.#.mlp.fc1.*"),
                Move($"features.{(2 * stage) + 1}.#.block.5.*", $"stages.{stage}.blocks.#.mlp.fc2.*"),
                Move($"features.{2 * (stage + 1)}.#.*", $"stages.{stage + 1}.downsample.#.*"),
            }),
            Move("classifier.0.*", "head.norm.*"),
            Move("classifier.2.*", "head.fc.*"),
        ]);
}

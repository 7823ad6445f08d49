using static ReMem.Weights.Families.NamingRule;

namespace ReMem.Weights.Families;

/// <summary>timm's own names, which official DeiT, MAE, BEiT and torchvision's ResNets share.</summary>
internal static class Timm
{
    public static NamingFamily DeiT3 { get; } = new(
        "DeiT III",
        has => has("pos_embed") && has("blocks.0.gamma_1") && has("blocks.0.attn.qkv.bias"),
        Move("blocks.#.gamma_1", "blocks.#.ls1.gamma"),
        Move("blocks.#.gamma_2", "blocks.#.ls2.gamma"));

    public static NamingFamily Own { get; } = new(
        "timm",
        has => new[] { "patch_embed.proj.weight", "layer1.0.conv1.weight", "blocks.0.0.conv_dw.weight", "conv_stem.weight",
            "stem.0.weight" }.Any(has),
        Drop("mask_token", "only pre-training masks patches"),
        Drop("decoder_*", "only pre-training reconstructs patches"),
        Drop("lm_head.*", "only pre-training has this head"),
        Drop("blocks.#.attn.relative_position_index", "the positions are computed"));
}

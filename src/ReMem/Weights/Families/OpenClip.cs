using static ReMem.Weights.Families.NamingRule;

namespace ReMem.Weights.Families;

/// <summary>The image towers of OpenAI's CLIP and of OpenCLIP, which are OpenCLIP's own ViT or a timm model.</summary>
internal static class OpenClip
{
    private const string Text = "only the image tower is used, not text or the projection into its space";

    public static NamingFamily Own { get; } = new(
        "CLIP (OpenAI or OpenCLIP)",
        has => has("class_embedding") && has("conv1.weight") && has("transformer.resblocks.0.attn.in_proj_weight"),
        Convert("class_embedding", "cls_token", c => c.reshape(1, 1, -1)),
        Convert("positional_embedding", "pos_embed", p => p.unsqueeze(0)),
        Move("conv1.*", "patch_embed.proj.*"),
        Move("ln_pre.*", "norm_pre.*"),
        Move("transformer.resblocks.#.ln_1.*", "blocks.#.norm1.*"),
        Move("transformer.resblocks.#.attn.in_proj_weight", "blocks.#.attn.qkv.weight"),
        Move("transformer.resblocks.#.attn.in_proj_bias", "blocks.#.attn.qkv.bias"),
        Move("transformer.resblocks.#.attn.out_proj.*", "blocks.#.attn.proj.*"),
        Move("transformer.resblocks.#.ls_1.gamma", "blocks.#.ls1.gamma"),
        Move("transformer.resblocks.#.ln_2.*", "blocks.#.norm2.*"),
        Move("transformer.resblocks.#.mlp.c_fc.*", "blocks.#.mlp.fc1.*"),
        Move("transformer.resblocks.#.mlp.c_proj.*", "blocks.#.mlp.fc2.*"),
        Move("transformer.resblocks.#.ls_2.gamma", "blocks.#.ls2.gamma"),
        Move("ln_post.*", "norm.*"),
        Drop("proj", Text))
    {
        Prefixes = ["visual."],
        Outside = Text,
    };

    public static NamingFamily Timm { get; } = new(
        "OpenCLIP with a timm tower",
        has => has("patch_embed.proj.weight") || has("stem.0.weight"),
        Drop("mask_token", "only pre-training masks patches"))
    {
        Prefixes = ["visual.trunk."],
        NeedsPrefix = true,
        Outside = Text,
    };
}

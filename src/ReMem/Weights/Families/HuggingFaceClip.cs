using static ReMem.Weights.Families.NamingRule;
using static TorchSharp.torch;

namespace ReMem.Weights.Families;

/// <summary>The image towers of Hugging Face's CLIPVisionModel, CLIPModel, SiglipVisionModel and SiglipModel.</summary>
internal static class HuggingFaceClip
{
    private const string Text = "only the image tower is used, not text or the projection into its space";

    /// <summary>The rules of both towers.</summary>
    private static readonly NamingRule[] Tower =
    [
        Move("embeddings.patch_embedding.*", "patch_embed.proj.*"),
        Convert("embeddings.position_embedding.weight", "pos_embed", p => p.unsqueeze(0)),
        Drop("embeddings.position_ids", "the positions are computed"),
        Move("encoder.layers.#.layer_norm1.*", "blocks.#.norm1.*"),
        Join("blocks.#.attn.qkv.*", "encoder.layers.#.self_attn.q_proj.*", "encoder.layers.#.self_attn.k_proj.*",
            "encoder.layers.#.self_attn.v_proj.*"),
        Move("encoder.layers.#.self_attn.out_proj.*", "blocks.#.attn.proj.*"),
        Move("encoder.layers.#.layer_norm2.*", "blocks.#.norm2.*"),
        Move("encoder.layers.#.mlp.*", "blocks.#.mlp.*"),
        Move("post_layernorm.*", "norm.*"),
    ];

    public static NamingFamily Clip { get; } = new(
        "Hugging Face CLIP",
        has => has("embeddings.class_embedding") && has("embeddings.patch_embedding.weight"),
        [
            Convert("embeddings.class_embedding", "cls_token", c => c.reshape(1, 1, -1)),

            // The name has this misspelling in every published file.
            Move("pre_layrnorm.*", "norm_pre.*"),
            .. Tower,
        ])
    {
        Prefixes = ["vision_model."],
        Outside = Text,
    };

    public static NamingFamily Siglip { get; } = new(
        "Hugging Face SigLIP",
        has => has("embeddings.position_embedding.weight") && has("embeddings.patch_embedding.bias") && !has("embeddings.class_embedding"),
        [
            Move("head.probe", "attn_pool.latent"),
            Split("head.attention.in_proj_weight", ("attn_pool.q.weight", w => Thirds(w, 0, 1)),
                ("attn_pool.kv.weight", w => Thirds(w, 1, 2))),
            Split("head.attention.in_proj_bias", ("attn_pool.q.bias", b => Thirds(b, 0, 1)), ("attn_pool.kv.bias", b => Thirds(b, 1, 2))),
            Move("head.attention.out_proj.*", "attn_pool.proj.*"),
            Move("head.layernorm.*", "attn_pool.norm.*"),
            Move("head.mlp.*", "attn_pool.mlp.*"),
            .. Tower,
        ])
    {
        Prefixes = ["vision_model."],
        Outside = Text,
    };

    private static Tensor Thirds(Tensor joined, int first, int count)
    {
        long width = joined.shape[0] / 3;
        return joined.narrow(0, first * width, count * width);
    }
}

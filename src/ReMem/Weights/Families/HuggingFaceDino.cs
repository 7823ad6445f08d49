using static ReMem.Weights.Families.NamingRule;

namespace ReMem.Weights.Families;

/// <summary>Hugging Face's Dinov2Model, Dinov2WithRegistersModel and DINOv3ViTModel.</summary>
internal static class HuggingFaceDino
{
    private const string TwoWide = "it reads the class token and the patches' mean, timm's head only the class token";

    private static readonly NamingRule[] Version2 =
    [
        Move("embeddings.patch_embeddings.projection.*", "patch_embed.proj.*"),
        Drop("embeddings.mask_token", Dino.Masks),
        Move("encoder.layer.#.norm1.*", "blocks.#.norm1.*"),
        Join(
            "blocks.#.attn.qkv.*",
            "encoder.layer.#.attention.attention.query.*", "encoder.layer.#.attention.attention.key.*",
            "encoder.layer.#.attention.attention.value.*"),
        Move("encoder.layer.#.attention.output.dense.*", "blocks.#.attn.proj.*"),
        Move("encoder.layer.#.layer_scale1.lambda1", "blocks.#.ls1.gamma"),
        Move("encoder.layer.#.norm2.*", "blocks.#.norm2.*"),
        Move("encoder.layer.#.mlp.weights_in.*", "blocks.#.mlp.fc1.*"),
        Move("encoder.layer.#.mlp.weights_out.*", "blocks.#.mlp.fc2.*"),
        Move("encoder.layer.#.mlp.*", "blocks.#.mlp.*"),
        Move("encoder.layer.#.layer_scale2.lambda1", "blocks.#.ls2.gamma"),
        Move("layernorm.*", "norm.*"),
        Drop("classifier.*", TwoWide),
    ];

    public static NamingFamily Dinov2 { get; } = new(
        "Hugging Face DINOv2",
        has => has("embeddings.patch_embeddings.projection.weight") && has("encoder.layer.0.layer_scale1.lambda1")
            && !has("embeddings.register_tokens"),
        [Move("embeddings.cls_token", "cls_token"), Move("embeddings.position_embeddings", "pos_embed"), .. Version2])
    {
        Prefixes = ["dinov2."],
    };

    public static NamingFamily Dinov2WithRegisters { get; } = new(
        "Hugging Face DINOv2 with registers",
        has => has("embeddings.register_tokens") && has("embeddings.position_embeddings"),
        [.. Dino.WithRegisters("embeddings.cls_token", "embeddings.position_embeddings", "embeddings.register_tokens"), .. Version2])
    {
        Prefixes = ["dinov2_with_registers.", "dinov2."],
    };

    public static NamingFamily Dinov3 { get; } = new(
        "Hugging Face DINOv3",
        has => has("embeddings.register_tokens") && has("layer.0.attention.q_proj.weight"),
        renaming =>
        [
            Move("embeddings.cls_token", "cls_token"),
            Move("embeddings.register_tokens", "reg_token"),
            Move("embeddings.patch_embeddings.*", "patch_embed.proj.*"),
            Drop("embeddings.mask_token", Dino.Masks),
            Move("layer.#.norm1.*", "blocks.#.norm1.*"),
            Join("blocks.#.attn.qkv.weight", "layer.#.attention.q_proj.weight", "layer.#.attention.k_proj.weight",
                "layer.#.attention.v_proj.weight"),
            .. Dino.IsZero(renaming, ".attention.q_proj.bias", ".attention.v_proj.bias")
                ? new[] { Drop("layer.#.attention.q_proj.bias", Dino.Zeros), Drop("layer.#.attention.v_proj.bias", Dino.Zeros) }
                : [Move("layer.#.attention.q_proj.bias", "blocks.#.attn.q_bias"),
                    Move("layer.#.attention.v_proj.bias", "blocks.#.attn.v_bias")],
            Drop("layer.#.attention.k_proj.bias", Dino.NoKeyBias),
            Move("layer.#.attention.o_proj.*", "blocks.#.attn.proj.*"),
            Move("layer.#.layer_scale1.lambda1", "blocks.#.gamma_1"),
            Move("layer.#.norm2.*", "blocks.#.norm2.*"),
            .. renaming.Has("layer.0.mlp.gate_proj.weight")
                ? new[]
                {
                    Move("layer.#.mlp.gate_proj.*", "blocks.#.mlp.fc1_g.*"), Move("layer.#.mlp.up_proj.*", "blocks.#.mlp.fc1_x.*"),
                }
                : [Move("layer.#.mlp.up_proj.*", "blocks.#.mlp.fc1.*")],
            Move("layer.#.mlp.down_proj.*", "blocks.#.mlp.fc2.*"),
            Move("layer.#.layer_scale2.lambda1", "blocks.#.gamma_2"),
            Drop("rope_embeddings.*", Dino.Rotary),
        ]);
}

using static ReMem.Weights.Families.NamingRule;

namespace ReMem.Weights.Families;

/// <summary>Hugging Face's ViTModel, ViTForImageClassification, DeiTModel and DeiTForImageClassification(WithTeacher).</summary>
internal static class HuggingFaceVit
{
    public static NamingFamily Family { get; } = new(
        "Hugging Face ViT",
        has => has("embeddings.patch_embeddings.projection.weight") && has("encoder.layer.0.layernorm_before.weight"),
        Move("embeddings.cls_token", "cls_token"),
        Move("embeddings.distillation_token", "dist_token"),
        Move("embeddings.position_embeddings", "pos_embed"),
        Move("embeddings.patch_embeddings.projection.*", "patch_embed.proj.*"),
        Drop("embeddings.mask_token", "only pre-training masks patches"),
        Move("encoder.layer.#.layernorm_before.*", "blocks.#.norm1.*"),
        Join(
            "blocks.#.attn.qkv.*",
            "encoder.layer.#.attention.attention.query.*", "encoder.layer.#.attention.attention.key.*",
            "encoder.layer.#.attention.attention.value.*"),
        Move("encoder.layer.#.attention.output.dense.*", "blocks.#.attn.proj.*"),
        Move("encoder.layer.#.layernorm_after.*", "blocks.#.norm2.*"),
        Move("encoder.layer.#.intermediate.dense.*", "blocks.#.mlp.fc1.*"),
        Move("encoder.layer.#.output.dense.*", "blocks.#.mlp.fc2.*"),
        Move("layernorm.*", "norm.*"),
        Move("classifier.*", "head.*"),
        Move("cls_classifier.*", "head.*"),
        Move("distillation_classifier.*", "head_dist.*"),
        Drop("pooler.*", "timm's ViT has no such layer before its head"),
        Drop("decoder.*", "only pre-training reconstructs patches"))
    {
        Prefixes = ["vit.", "deit."],
    };
}

using ReMem.Runtime;
using TorchSharp;
using static ReMem.Weights.Families.NamingRule;
using static TorchSharp.torch;

namespace ReMem.Weights.Families;

/// <summary>
/// Meta's own checkpoints of DINO (2021), DINOv2 (2023) and DINOv3 (2025). Their image model has timm's names except for a few tensors.
/// </summary>
internal static class Dino
{
    public const string Masks = "only pre-training masks patches";
    public const string Zeros = "all of these biases are 0, as in every published model, and timm's has none";
    public const string NoKeyBias = "a bias of the keys does not change the attention";
    public const string Rotary = "rotary positions are computed";
    private const string TrainingHead = "only self-supervised training has this head";

    public static NamingFamily Dino1 { get; } = new(
        "DINO",
        has => has("patch_embed.proj.weight") && (has("head.mlp.0.weight") || has("head.last_layer.weight_g")),
        Drop("head.mlp.*", TrainingHead),
        Drop("head.last_layer.*", TrainingHead));

    public static NamingFamily Dinov2 { get; } = new(
        "DINOv2",
        has => has("mask_token") && has("pos_embed") && has("blocks.0.ls1.gamma") && !has("register_tokens"),
        Version2());

    public static NamingFamily Dinov2WithRegisters { get; } = new(
        "DINOv2 with registers",
        has => has("register_tokens") && has("pos_embed") && has("blocks.0.ls1.gamma"),
        [.. WithRegisters("cls_token", "pos_embed", "register_tokens"), .. Version2()]);

    public static NamingFamily Dinov3 { get; } = new(
        "DINOv3",
        has => has("storage_tokens") && has("blocks.0.attn.qkv.weight"),
        renaming =>
        [
            Move("storage_tokens", "reg_token"),
            Drop("mask_token", Masks),
            Drop("rope_embed.*", Rotary),
            Drop("blocks.#.attn.qkv.bias_mask", NoKeyBias),
            Drop("local_cls_norm.*", "only training norms its small crops apart"),
            IsZero(renaming, ".attn.qkv.bias")
                ? Drop("blocks.#.attn.qkv.bias", Zeros)
                : Split("blocks.#.attn.qkv.bias", ("blocks.#.attn.q_bias", b => Third(b, 0)), ("blocks.#.attn.v_bias", b => Third(b, 2))),
            Move("blocks.#.ls1.gamma", "blocks.#.gamma_1"),
            Move("blocks.#.ls2.gamma", "blocks.#.gamma_2"),
            Move("blocks.#.mlp.w1.*", "blocks.#.mlp.fc1_g.*"),
            Move("blocks.#.mlp.w2.*", "blocks.#.mlp.fc1_x.*"),
            Move("blocks.#.mlp.w3.*", "blocks.#.mlp.fc2.*"),
        ]);

    /// <summary>
    /// timm adds position embeddings before it appends the class token and the registers, DINOv2 after the class token: its embedding of
    /// the class token is added to that token.
    /// </summary>
    public static IReadOnlyList<NamingRule> WithRegisters(string classToken, string positions, string registers) =>
    [
        Combine("cls_token", values => values[1].Plus(values[0].narrow(1, 0, 1)), positions, classToken),
        Convert(positions, "pos_embed", p => p.narrow(1, 1, p.shape[1] - 1)),
        Move(registers, "reg_token"),
    ];

    /// <summary>Whether every tensor with this name ending is 0. DINOv3 was trained with biases that ended at 0.</summary>
    public static bool IsZero(Renaming renaming, params string[] endings)
    {
        using DisposeScope scope = NewDisposeScope();
        return renaming.Names
            .Where(n => endings.Any(e => n.EndsWith(e, StringComparison.Ordinal)))
            .All(n => renaming.Read(n).nan_to_num(0).count_nonzero().item<long>() == 0);
    }

    private static NamingRule[] Version2() =>
    [
        Drop("mask_token", Masks),
        Move("blocks.#.mlp.w12.*", "blocks.#.mlp.fc1.*"),
        Move("blocks.#.mlp.w3.*", "blocks.#.mlp.fc2.*"),
    ];

    private static Tensor Third(Tensor bias, int part)
    {
        long width = bias.shape[0] / 3;
        return bias.narrow(0, part * width, width);
    }
}

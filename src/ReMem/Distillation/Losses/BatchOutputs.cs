using static TorchSharp.torch;

namespace ReMem.Distillation.Losses;

/// <summary>A model's outputs for a batch.</summary>
/// <param name="Logits">[B, C].</param>
/// <param name="Features">The pooled feature [B, D]; null where no term needs it.</param>
internal sealed record BatchOutputs(Tensor Logits, Tensor? Features)
{
    /// <summary>
    /// The patch tokens of a square grid, or the cells of a convolutional network's last map, [B, N, D]; null where no term needs them.
    /// </summary>
    public Tensor? Tokens { get; init; }

    /// <summary>
    /// The last block's distributions over N tokens, [B, 2, H, N, N]: of its attention, and of the relations of its values. H is 1 for the
    /// mean over the heads. Null where no term needs them.
    /// </summary>
    public Tensor? Attention { get; init; }

    /// <summary>The same with every existing tensor replaced.</summary>
    internal BatchOutputs Map(Func<Tensor, Tensor> change)
    {
        Tensor? Changed(Tensor? part) => part is null ? null : change(part);
        return new BatchOutputs(change(Logits), Changed(Features)) { Tokens = Changed(Tokens), Attention = Changed(Attention) };
    }
}

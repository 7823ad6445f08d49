using ReMem.Data.Views;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Data;

/// <summary>A batch of views. Pixels stay 8-bit until a model normalises them, since teacher and student may differ in that.</summary>
/// <param name="Images">uint8 [B, 3, H, W].</param>
/// <param name="Labels">int64 [B], each image's own.</param>
/// <param name="Indices">Each row's sample index in its source.</param>
public sealed record Batch(Tensor Images, Tensor Labels, int[] Indices) : IDisposable
{
    /// <summary>How many samples.</summary>
    public int Count => Indices.Length;

    /// <summary>The same views at the options' second size, uint8 [B, 3, H2, W2]; null where there is none.</summary>
    public Tensor? SecondImages { get; init; }

    /// <summary>The same views at a size below the options' own, uint8 [B, 3, H3, W3], where an epoch asks for both; null where it does not.</summary>
    public Tensor? SmallImages { get; init; }

    /// <summary>What is shown to the model that is trained: the small views where there are any. The caller does not dispose it.</summary>
    public Tensor Inputs => SmallImages ?? Images;

    /// <summary>How the images were mixed with each other; null where they were not.</summary>
    internal BatchMix? Mix { get; init; }

    /// <summary>The first row's place in the order of the epoch whose views these are.</summary>
    public int First { get; init; }

    /// <summary>
    /// Each row's number among the views of its view epoch, by which a teacher's outputs are kept: the sample's index, or the place in the epoch's order
    /// where images are mixed, since a mixed image belongs to its batch.
    /// </summary>
    public IEnumerable<int> Slots => Mix is null ? Indices : Enumerable.Range(First, Count);

    /// <summary>The labels of each image's partner in the mix, int64 [B], where the batch is a part of the one that was mixed; else null.</summary>
    private Tensor? PartnerLabels { get; init; }

    /// <summary>Some of the samples, as views of the same memory; they hold while this batch does.</summary>
    /// <param name="start">The first sample.</param>
    /// <param name="count">How many.</param>
    internal Batch Part(int start, int count) => new(Images.narrow(0, start, count), Labels.narrow(0, start, count), Indices[start..(start + count)])
    {
        SecondImages = SecondImages?.narrow(0, start, count),
        SmallImages = SmallImages?.narrow(0, start, count),
        First = First + start,
        Mix = Mix,
        PartnerLabels = Mix is null ? null : (PartnerLabels ?? Labels.flip(0)).narrow(0, start, count),
    };

    /// <summary>
    /// What a cross-entropy is taken with: the labels, int64 [B], or those of mixed images, float32 [B, classes], whose rows sum to 1. The caller does
    /// not dispose it.
    /// </summary>
    /// <param name="classes">How many classes there are.</param>
    public Tensor Targets(int classes)
    {
        if (Mix is null)
            return Labels;
        using DisposeScope scope = NewDisposeScope();
        using Scalar own = Mix.Share, rest = 1 - Mix.Share;
        Tensor single = nn.functional.one_hot(Labels, classes).to(ScalarType.Float32);
        Tensor partner = PartnerLabels is null ? single.flip(0) : nn.functional.one_hot(PartnerLabels, classes).to(ScalarType.Float32);
        return (single * own).Plus(partner * rest).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
        SecondImages?.Dispose();
        SmallImages?.Dispose();
    }
}

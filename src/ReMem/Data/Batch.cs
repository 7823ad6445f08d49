using ReMem.Data.Views;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Data;

/// <summary>
/// A batch of views. Pixels stay 8-bit until a model normalises them, since teacher and student may be normalised differently.
/// </summary>
/// <param name="Images">uint8 [B, 3, H, W].</param>
/// <param name="Labels">int64 [B], each image's own.</param>
/// <param name="Indices">The sample index of each row in its source.</param>
public sealed record Batch(Tensor Images, Tensor Labels, int[] Indices) : IDisposable
{
    /// <summary>Number of samples.</summary>
    public int Count => Indices.Length;

    /// <summary>The same views at the options' second size, uint8 [B, 3, H2, W2]; null where there is none.</summary>
    public Tensor? SecondImages { get; init; }

    /// <summary>
    /// The same views at a size below the options' own, uint8 [B, 3, H3, W3], where an epoch asks for both; null where it does not.
    /// </summary>
    public Tensor? SmallImages { get; init; }

    /// <summary>
    /// Other views of the same images, uint8 [B, 3, H, W] as <see cref="Inputs"/>, where the loader makes pairs; null where it does not.
    /// </summary>
    internal Tensor? PairedImages { get; init; }

    /// <summary>The input of the trained model: the small views where there are any. The caller does not dispose it.</summary>
    public Tensor Inputs => SmallImages ?? Images;

    /// <summary>How the images were mixed with each other; null where they were not.</summary>
    internal BatchMix? Mix { get; init; }

    /// <summary>Index of the first row in the order of the epoch that the views belong to.</summary>
    public int First { get; init; }

    /// <summary>
    /// The key of each row's view within its view epoch, by which a teacher's outputs are cached: the sample's index, or the position in
    /// the epoch's order where images are mixed, since a mixed image belongs to its batch.
    /// </summary>
    public IEnumerable<int> Slots => Mix is null ? Indices : Enumerable.Range(First, Count);

    /// <summary>
    /// The labels of each image's mixing partner, int64 [B], where the batch is part of the one that was mixed; else null.
    /// </summary>
    private Tensor? PartnerLabels { get; init; }

    /// <summary>Some of the samples, as views of the same memory; valid until this batch is disposed.</summary>
    /// <param name="start">The first sample.</param>
    /// <param name="count">Number of samples.</param>
    internal Batch Part(int start, int count) =>
        new(Images.narrow(0, start, count), Labels.narrow(0, start, count), Indices[start..(start + count)])
        {
            SecondImages = SecondImages?.narrow(0, start, count),
            SmallImages = SmallImages?.narrow(0, start, count),
            PairedImages = PairedImages?.narrow(0, start, count),
            First = First + start,
            Mix = Mix,
            PartnerLabels = Mix is null ? null : (PartnerLabels ?? Labels.flip(0)).narrow(0, start, count),
        };

    /// <summary>
    /// The rows whose images, and whose mixing partners, all have a label, int64 [n]; null where every row does. The caller disposes them.
    /// </summary>
    internal Tensor? LabelledRows()
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar none = (long)UnlabelledImages.NoLabel;
        Tensor labelled = Labels.ne(none);
        if (Mix is not null)
            labelled = labelled.logical_and((PartnerLabels ?? Labels.flip(0)).ne(none));
        return labelled.all().item<bool>() ? null : labelled.nonzero().squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The targets of a cross-entropy: the labels, int64 [B], or those of mixed images, float32 [B, classes], whose rows sum to 1. The
    /// caller does not dispose them. Those of images without a label mean nothing: see <see cref="LabelledRows"/>.
    /// </summary>
    /// <param name="classes">Number of classes.</param>
    public Tensor Targets(int classes)
    {
        if (Mix is null)
            return Labels;
        using DisposeScope scope = NewDisposeScope();
        using Scalar own = Mix.Share, rest = 1 - Mix.Share;
        Tensor single = OneHot(Labels, classes);
        Tensor partner = PartnerLabels is null ? single.flip(0) : OneHot(PartnerLabels, classes);
        return (single * own).Plus(partner * rest).MoveToOuterDisposeScope();
    }

    private static Tensor OneHot(Tensor labels, int classes)
    {
        using Scalar none = 0;
        return nn.functional.one_hot(labels.clamp_min(none), classes).to(ScalarType.Float32);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
        SecondImages?.Dispose();
        SmallImages?.Dispose();
        PairedImages?.Dispose();
    }
}

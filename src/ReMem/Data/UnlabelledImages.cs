using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Layouts;
using ReMem.Data.Sources;

namespace ReMem.Data;

/// <summary>Images without labels that students learn from by a teacher's outputs.</summary>
/// <param name="Description">Where they came from.</param>
/// <param name="Images">Those that are used; their label is <see cref="NoLabel"/>.</param>
/// <param name="Found">Number of images that the source has.</param>
/// <param name="Unusable">Number that cannot be decoded and are left out.</param>
/// <param name="HeldOut">Number that show the picture of a validation or test image, exactly or nearly, and are left out.</param>
/// <param name="Labelled">Number of exact copies of labelled training images, or of each other, which are left out.</param>
/// <param name="Warnings">Warnings for the user.</param>
internal sealed record UnlabelledImages(
    string Description, IImageSource Images, int Found, int Unusable, int HeldOut, int Labelled, IReadOnlyList<string> Warnings)
{
    /// <summary>The label of an image without one.</summary>
    public const int NoLabel = -1;

    /// <summary>Opens and checks a source: any layout, with or without labels, which are ignored, or a folder of images.</summary>
    /// <param name="source">As in <see cref="DatasetReader.Open"/>.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="data">The labelled data set, with its training images in use.</param>
    /// <param name="policy">What to do with images that cannot be decoded.</param>
    /// <param name="threads">Threads to decode on, 1 or more.</param>
    /// <param name="scanFolder">Where checks are stored for the next run; null stores none.</param>
    /// <exception cref="InputException">The source cannot be read, an image is bad and the policy is to fail, or none is left.</exception>
    public static UnlabelledImages Open(
        string source, DatasetOptions options, ImageDataset data, BadImagePolicy policy, int threads, string? scanFolder)
    {
        RawDataset raw = DatasetReader.OpenRaw(source, options with { NeedsLabels = false }, out _);
        IImageSource[] parts = [.. raw.Splits.Select(s => s.WithoutLabels(NoLabel))];
        IImageSource all = parts.Length == 1 ? parts[0] : new JoinedSource(parts);
        UnlabelledCheck check = UnlabelledCheck.Of(data, all, threads, scanFolder);
        if (check.FirstReason is { } reason && policy == BadImagePolicy.Fail)
        {
            throw new InputException(
                check.Unusable.Length == 1 ? reason : $"{check.Unusable.Length} unlabelled images cannot be used. The first: {reason}",
                source,
                "Replace or delete them, or leave them out with --on-bad-image skip.");
        }

        int[] left = check.Left(all.Count);
        if (left.Length == 0)
        {
            throw new InputException(
                $"None of the {all.Count} unlabelled images is new: {check.Text}.", source, "Give images that are not in the data set.");
        }

        return new UnlabelledImages(
            raw.Description, left.Length == all.Count ? all : new Subset(all, left), all.Count, check.Unusable.Length,
            check.HeldOut.Length, check.Labelled.Length, raw.Warnings);
    }

    /// <summary>At most so many of them, chosen by a seed; 0 is all.</summary>
    public UnlabelledImages AtMost(int max, long seed) => this with { Images = Subset.AtMost(Images, max, seed) };

    /// <summary>A sentence for logs and reports.</summary>
    public override string ToString()
    {
        string[] without =
        [
            .. new[] { (HeldOut, "show a validation or test picture"), (Labelled, "are copies"), (Unusable, "cannot be decoded") }
                .Where(p => p.Item1 > 0).Select(p => $"{p.Item1} {p.Item2}"),
        ];
        return $"{Description}: {Images.Count} unlabelled images"
            + (without.Length == 0 ? string.Empty : $"; left out of {Found}: {string.Join(", ", without)}");
    }
}

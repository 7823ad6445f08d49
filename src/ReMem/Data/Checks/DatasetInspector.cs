using ReMem.Data.Decoding;
using ReMem.Data.Sources;

namespace ReMem.Data.Checks;

/// <summary>Inspects a data set without training on it.</summary>
internal static class DatasetInspector
{
    /// <summary>Decodes every image once, unless an earlier check of the same, unchanged files is stored.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="threads">Threads to decode on, 1 or more.</param>
    /// <param name="scanFolder">
    /// Where checks are stored for the next run, such as <see cref="Preflight.ScanFolder"/>; null stores none.
    /// </param>
    /// <param name="progress">Reported after every image, from several threads; may be null.</param>
    public static InspectionResult Inspect(
        ImageDataset dataset, int threads = 2, string? scanFolder = null, IProgress<PreflightProgress>? progress = null)
    {
        DatasetScan scan = DatasetScan.Of(dataset, null, threads, 0, scanFolder, progress);
        (string Name, IImageSource Source)[] splits = DatasetScan.SplitsOf(dataset);
        BadImage[] bad = [.. scan.Splits.SelectMany((s, i) => s.Bad(splits[i].Source))];
        Duplicates duplicates = Duplicates.Of(dataset, scan);
        ImageScan train = scan.Splits[0];
        double pixels = Math.Max(1, train.Sampled);
        double[] means = [.. train.Sums.Select(s => s / pixels / 255)];
        double[] deviations = [.. train.Squares.Select((s, c) => Math.Sqrt(Math.Max(0, (s / pixels / 255 / 255) - (means[c] * means[c]))))];
        List<string> warnings = [.. dataset.Warnings];
        if (bad.Length > 0)
            warnings.Add($"{bad.Length} images cannot be used. The first: {bad[0].Reason} Replace or delete them.");
        warnings.AddRange(LostImages.Warnings(dataset, scan));
        warnings.AddRange(duplicates.Warnings());
        return new InspectionResult(
            dataset.Description,
            [.. scan.Splits.Select(Facts)],
            Preflight.Count(dataset.Classes, [.. splits.Select((s, i) => new Subset(s.Source, scan.Splits[i].Usable()))]),
            means,
            deviations,
            bad,
            duplicates.Groups,
            duplicates.ExactLeaks,
            duplicates.NearLeaks,
            duplicates.Groups.Count(g => g.DifferentLabels),
            warnings)
        {
            LostClasses = LostImages.Classes(dataset, scan),
        };
    }

    private static SplitFacts Facts(ImageScan scan)
    {
        int[] usable = scan.Usable();
        return new SplitFacts(
            scan.Split,
            scan.Count,
            usable.Length,
            Range(usable.Select(i => scan.Widths[i])),
            Range(usable.Select(i => scan.Heights[i])),
            Range(usable.Select(i => Math.Min(scan.Widths[i], scan.Heights[i]))),
            usable.GroupBy(i => scan.Format(i) ?? "other").OrderByDescending(g => g.Count()).ToDictionary(g => g.Key, g => g.Count()));
    }

    private static int[] Range(IEnumerable<int> values)
    {
        int[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? [0, 0, 0] : [sorted[0], sorted[sorted.Length / 2], sorted[^1]];
    }
}

using ReMem.Data.Decoding;
using ReMem.Data.Sources;

namespace ReMem.Data.Checks;

/// <summary>Checks every image of a data set before any work starts, so that hours of training cannot end at one broken file.</summary>
internal static class Preflight
{
    private const double StrongImbalance = 10;

    /// <summary>Decodes every image once, unless an earlier check of the same, unchanged files is stored.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="policy">What to do with images that cannot be decoded.</param>
    /// <param name="progress">Reported after every image, from several threads; may be null.</param>
    /// <param name="cache">Decoded images are kept here while they fit; null stores none.</param>
    /// <param name="threads">Threads to decode on, 1 or more.</param>
    /// <param name="viewSize">Side of the model's input in pixels, to compare image sizes with; 0 compares nothing.</param>
    /// <param name="leakage">What to do with validation and test images that are also in another split.</param>
    /// <param name="scanFolder">Where checks are stored for the next run, such as <see cref="ScanFolder"/>; null stores none.</param>
    /// <exception cref="InputException">An image is bad or leaks and the policy is to fail,
    /// or a class or a split has no image left.</exception>
    public static PreflightResult Check(
        ImageDataset dataset,
        BadImagePolicy policy = BadImagePolicy.Fail,
        IProgress<PreflightProgress>? progress = null,
        DecodedImageCache? cache = null,
        int threads = 2,
        int viewSize = 0,
        LeakagePolicy leakage = LeakagePolicy.Fail,
        string? scanFolder = null)
    {
        DatasetScan scan = DatasetScan.Of(dataset, cache, threads, viewSize, scanFolder, progress);
        (string Name, IImageSource Source)[] splits = DatasetScan.SplitsOf(dataset);
        ImageScan[] scans = scan.Splits;
        int total = splits.Sum(s => s.Source.Count);

        BadImage[] bad = [.. scans.SelectMany((s, i) => s.Bad(splits[i].Source))];
        if (bad.Length > 0 && policy == BadImagePolicy.Fail)
        {
            throw new InputException(
                bad.Length == 1 ? bad[0].Reason : $"{bad.Length} of {total} images cannot be used. The first: {bad[0].Reason}",
                remedy: "Replace or delete them, or leave them out with --on-bad-image skip.");
        }

        IImageSource[] kept =
            [.. splits.Select((s, i) => scans[i].Reasons.Count == 0 ? s.Source : new Subset(s.Source, scans[i].Usable()))];
        ClassImages[] counts = Count(dataset.Classes, kept);
        RequireImages(splits, kept, counts, bad);
        double imbalance = counts.Max(c => c.Train) / (double)counts.Min(c => c.Train);
        Duplicates duplicates = Duplicates.Of(dataset, scan);
        string[] twice = [.. duplicates.Warnings()];
        if ((leakage != LeakagePolicy.Warn && duplicates.ExactLeaks > 0) || (leakage == LeakagePolicy.Strict && duplicates.NearLeaks > 0))
        {
            throw new InputException(
                twice[0],
                remedy: "'remem data inspect' lists them all. Where splits are made by seed, data.keep_near_duplicates_together=true "
                    + "keeps copies in one; data.on_leakage=warn continues with a warning.");
        }

        (int side, int index, int split) = scans.Select((s, i) => (s.Smallest()!.Value.Side, s.Smallest()!.Value.Index, i))
            .MinBy(s => s.Side);
        List<string> warnings = [];
        if (bad.Length > 0)
            warnings.Add($"{bad.Length} of {total} images are left out. The first: {bad[0].Reason}");
        warnings.AddRange(LostImages.Warnings(dataset, scan));
        warnings.AddRange(twice);
        if (imbalance >= StrongImbalance)
            warnings.Add(
                $"The largest class has {imbalance:0.#} times the training images of the smallest: "
                    + "read balanced accuracy as well as top-1.");
        if (side < viewSize)
            warnings.Add(
                $"The smallest image, '{splits[split].Source.Name(index)}', has a side of {side} pixels: views of {viewSize} enlarge it.");
        (string File, string Format)[] misnamed = [.. scans.SelectMany((s, i) => s.Misnamed(splits[i].Source))];
        if (misnamed.Length > 0)
        {
            warnings.Add(
                $"{misnamed.Length} images have another format than their file extension, "
                    + $"such as '{misnamed[0].File}' ({misnamed[0].Format}); "
                + "they are read by content.");
        }

        ImageDataset usable = dataset with
        {
            Train = kept[0],
            Validation = kept[1],
            Test = kept[2],
            Warnings = [.. dataset.Warnings, .. warnings],
        };
        return new PreflightResult(usable, bad, counts, imbalance, duplicates.ExactLeaks, duplicates.NearLeaks, side, warnings);
    }

    /// <summary>
    /// Warnings about images in several splits and pictures with several labels; every image is decoded once, unless an earlier check is
    /// stored.
    /// </summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="threads">Threads to decode on, 1 or more.</param>
    /// <param name="scanFolder">Where checks are stored; null stores none.</param>
    public static IReadOnlyList<string> Leaks(ImageDataset dataset, int threads, string? scanFolder) =>
        [.. Duplicates.Of(dataset, DatasetScan.Of(dataset, null, threads, 0, scanFolder, null)).Warnings()];

    /// <summary>The usual folder for stored checks: under REMEM_CACHE, else the user's cache folder.</summary>
    public static string ScanFolder => DatasetScan.DefaultFolder;

    internal static ClassImages[] Count(IReadOnlyList<string> classes, IImageSource[] splits)
    {
        int[][] counts = splits.Select(split =>
        {
            var perClass = new int[classes.Count];
            for (int i = 0; i < split.Count; i++)
                perClass[split.Label(i)]++;
            return perClass;
        }).ToArray();
        return classes.Select((name, c) => new ClassImages(name, counts[0][c], counts[1][c], counts[2][c])).ToArray();
    }

    private static void RequireImages((string Name, IImageSource Source)[] splits, IImageSource[] kept, ClassImages[] counts,
        BadImage[] bad)
    {
        ClassImages? empty = counts.FirstOrDefault(c => c.Train == 0);
        int gone = Array.FindIndex(kept, s => s.Count == 0);
        if (empty is null && gone < 0)
            return;
        string what = empty is not null
            ? $"The class '{empty.Class}' has no usable image in the train split."
            : $"The {splits[gone].Name} split has no usable image.";
        throw new InputException(what, bad.Length > 0 ? bad[0].Reason : null, "Replace the images that cannot be decoded.");
    }
}

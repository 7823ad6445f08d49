using System.Text.Json;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Checks;

/// <summary>
/// The result of decoding every image of a data set once. It is stored under a fingerprint of the files (names, lengths, times of writing),
/// so that a data set that has not changed is not decoded again.
/// </summary>
/// <param name="Splits">train, val and test.</param>
/// <param name="Near">Pairs that join near-duplicates to sets, as indices into train, val and test one after the other.</param>
internal sealed record DatasetScan(ImageScan[] Splits, int[][] Near)
{
    // Raised when the content of a scan, or how it is computed, changes.
    private const string Version = "3";
    private const int MaxKept = 64;

    /// <summary>Where scans are stored between runs.</summary>
    public static string DefaultFolder => UserCache.Folder("scans");

    /// <summary>The splits of a data set with their names.</summary>
    public static (string Name, IImageSource Source)[] SplitsOf(ImageDataset data) =>
        [("train", data.Train), ("val", data.Validation), ("test", data.Test)];

    /// <summary>Reads the scan of an earlier run, or decodes every image.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="cache">Decoded images are kept here while they fit; null stores none.</param>
    /// <param name="threads">Threads to decode on.</param>
    /// <param name="viewSize">Side of the views that will be made; 0 where none will.</param>
    /// <param name="folder">Where scans are stored; null stores none.</param>
    /// <param name="progress">Reported after every image.</param>
    public static DatasetScan Of(
        ImageDataset data, DecodedImageCache? cache, int threads, int viewSize, string? folder, IProgress<PreflightProgress>? progress)
    {
        string? file = folder is not null && Fingerprint(data) is { } print ? Path.Combine(folder, print + ".json") : null;
        if (file is not null && TryRead(file, data) is { } kept)
            return kept;
        (string Name, IImageSource Source)[] splits = SplitsOf(data);
        int total = splits.Sum(s => s.Source.Count), done = 0;
        ImageScan[] scans = [.. splits.Select(s => ImageScan.Run(
            s.Name, s.Source, cache, threads, () => progress?.Report(new PreflightProgress(Interlocked.Increment(ref done), total)),
            viewSize))];
        int[][] near = [.. NearDuplicates.Find([.. scans.SelectMany(s => s.Prints)]).Select(p => new[] { p.A, p.B })];
        var scan = new DatasetScan(scans, near);
        if (file is not null)
            TryWrite(file, stream => JsonSerializer.Serialize(stream, scan, Json.Line));
        return scan;
    }

    /// <summary>The current stamps of the files that hold the samples; null for sources that do not know them.</summary>
    internal static string? Fingerprint(ImageDataset data) => SplitFingerprint.OfFiles(Version, SplitsOf(data));

    private static DatasetScan? TryRead(string file, ImageDataset data)
    {
        // A damaged or unreadable scan only costs decoding again.
        DatasetScan? scan = Json.TryReadFile<DatasetScan>(file);
        return scan is not null && scan.Fits([.. SplitsOf(data).Select(s => s.Source.Count)]) ? scan : null;
    }

    /// <summary>
    /// Whether a scan that was read can be of splits of these sizes: its lists are as long, and nothing in it points outside them.
    /// </summary>
    internal bool Fits(IReadOnlyList<int> counts)
    {
        int total = counts.Sum();
        return Splits.Length == counts.Count && Splits.Zip(counts, (split, count) => split.Fits(count)).All(fits => fits)
            && Near.All(pair => pair.Length == 2 && pair.All(i => i >= 0 && i < total));
    }

    /// <summary>Stores what a check found, where that is possible, and removes the oldest of many.</summary>
    internal static void TryWrite(string file, Action<Stream> write)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            AtomicFile.Write(file, write);
            foreach (FileInfo old in new DirectoryInfo(Path.GetDirectoryName(file)!).GetFiles("*.json")
                .OrderByDescending(f => f.LastWriteTimeUtc).Skip(MaxKept))
                old.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InputException)
        {
            // A failed write only costs decoding again.
        }
    }
}

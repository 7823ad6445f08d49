using System.Text.Json;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Checks;

/// <summary>Which unlabelled images must not be learned from, by their indices.</summary>
/// <param name="Unusable">Those that cannot be decoded.</param>
/// <param name="HeldOut">Those that show the picture of a validation or test image, exactly or nearly.</param>
/// <param name="Labelled">Exact copies of a labelled training image, or of an earlier unlabelled one.</param>
/// <param name="FirstReason">Why the first unusable image is unusable; null where all are usable.</param>
internal sealed record UnlabelledCheck(int[] Unusable, int[] HeldOut, int[] Labelled, string? FirstReason)
{
    // Raised when what is left out, or how it is found, changes.
    private const string Version = "unlabelled 1";

    /// <summary>The numbers in words.</summary>
    public string Text =>
        $"{HeldOut.Length} show a validation or test picture, {Labelled.Length} are copies, {Unusable.Length} cannot be decoded";

    /// <summary>The indices that remain.</summary>
    public int[] Left(int count) => [.. Enumerable.Range(0, count).Except(Unusable).Except(HeldOut).Except(Labelled)];

    /// <summary>Reads the check of an earlier run, or decodes every unlabelled and held-out image once.</summary>
    /// <param name="data">The labelled data set.</param>
    /// <param name="images">The unlabelled images.</param>
    /// <param name="threads">Threads to decode on.</param>
    /// <param name="folder">Where checks are stored; null stores none.</param>
    public static UnlabelledCheck Of(ImageDataset data, IImageSource images, int threads, string? folder)
    {
        string? print = folder is null ? null : SplitFingerprint.OfFiles(Version, [.. DatasetScan.SplitsOf(data), ("unlabelled", images)]);
        string? file = print is null ? null : Path.Combine(folder!, print + ".json");
        if (file is not null && Json.TryReadFile<UnlabelledCheck>(file) is { } kept && kept.Fits(images.Count))
            return kept;
        UnlabelledCheck check = Run(data, images, threads);
        if (file is not null)
            DatasetScan.TryWrite(file, stream => JsonSerializer.Serialize(stream, check, Json.Line));
        return check;
    }

    private bool Fits(int count) =>
        Unusable is not null && HeldOut is not null && Labelled is not null
        && Unusable.Concat(HeldOut).Concat(Labelled).All(i => i >= 0 && i < count) && (FirstReason is null) == (Unusable.Length == 0);

    private static UnlabelledCheck Run(ImageDataset data, IImageSource images, int threads)
    {
        ImageScan own = ImageScan.Run("unlabelled", images, null, threads);
        var held = new JoinedSource(data.Validation, data.Test);
        ImageScan judged = ImageScan.Run("held out", held, null, threads);
        HashSet<int> near = NearHeldOut(own, judged);
        HashSet<UInt128> judgedFiles = [.. judged.Usable().Select(judged.Hash)], seen = ImageScan.Hashes(data.Train, threads);
        List<int> heldOut = [], labelled = [];
        foreach (int i in own.Usable())
        {
            if (near.Contains(i) || judgedFiles.Contains(own.Hash(i)))
                heldOut.Add(i);
            else if (!seen.Add(own.Hash(i)))
                labelled.Add(i);
        }

        int[] bad = [.. own.Reasons.Keys.Order()];
        return new UnlabelledCheck(bad, [.. heldOut], [.. labelled], bad.Length == 0 ? null : own.Reasons[bad[0]]);
    }

    /// <summary>The images of a set of near-duplicates that has a held-out image.</summary>
    private static HashSet<int> NearHeldOut(ImageScan own, ImageScan judged)
    {
        ImagePrint[] prints = [.. own.Prints, .. judged.Prints];
        var sets = new DisjointSets(prints.Length);
        sets.JoinAll(NearDuplicates.Find(prints));
        HashSet<int> judgedSets = [.. Enumerable.Range(own.Count, judged.Count).Select(sets.Find)];
        return [.. Enumerable.Range(0, own.Count).Where(i => judgedSets.Contains(sets.Find(i)))];
    }
}

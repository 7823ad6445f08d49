using ReMem.Data.Checks;
using ReMem.Data.Layouts;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data;

/// <summary>
/// Opens a data set: class folders (on disk or in a zip), Parquet, tables of paths, WebDataset shards, CIFAR or IDX files. The layout is
/// recognised by content, or given as LAYOUT:PATH.
/// </summary>
public static class DatasetReader
{
    private const int MaxNamed = 5;

    /// <summary>Opens the source. Images are not decoded yet; <see cref="Preflight"/> does that.</summary>
    /// <param name="source">
    /// A path or pattern, or LAYOUT:PATH?KEY=VALUE of folder, parquet, csv, tsv, jsonl, wds, zip, cifar10, cifar100 and idx; the keys are
    /// image, label, split, group and labels, as in <see cref="DatasetOptions"/>.
    /// </param>
    /// <param name="options">How it is read; null is the defaults.</param>
    /// <exception cref="InputException">Missing, empty or unreadable; a class without a training image;
    /// a class that training does not know.</exception>
    public static ImageDataset Open(string source, DatasetOptions? options = null)
    {
        RawDataset raw = OpenRaw(source, options ?? new DatasetOptions(), out DatasetOptions resolved);
        return Assemble(raw, resolved);
    }

    /// <summary>Reads the splits that a source has, with classes by name; missing splits are not made.</summary>
    /// <param name="source">As in <see cref="Open"/>.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="resolved">The options, overridden by those in the source text.</param>
    internal static RawDataset OpenRaw(string source, DatasetOptions options, out DatasetOptions resolved)
    {
        DataOptions.Validate(options, "data");
        options.RequireRoom();
        try
        {
            SourceLocation location = SourceLocation.Parse(source, options);
            resolved = location.Options;
            return Named(location);
        }
        catch (Exception e) when (Guarded.IsForeign(e))
        {
            throw new InputException($"The data set '{source}' cannot be read: {Guarded.Sentence(e)}.",
                remedy: "Check its files, or copy or download them again.", inner: e);
        }
    }

    /// <summary>Reads a source, with classes by name.</summary>
    private static RawDataset Named(SourceLocation location)
    {
        RawDataset raw = location.Layout.Read(location.Path, location.Options).Normalized();
        if (!location.Options.NeedsLabels)
            return raw;
        string? labels = location.Options.LabelsFile ?? (raw.LabelsAreNumbers ? raw.LabelsFile : null);
        return labels is null ? raw : LabelNames.Apply(raw, labels);
    }

    /// <summary>Numbers the classes, and takes missing splits from training.</summary>
    internal static ImageDataset Assemble(RawDataset raw, DatasetOptions options)
    {
        List<string> warnings = raw.Warnings;
        RawSplit train = raw.Splits[0];
        if (train.Split is not ("" or "train"))
        {
            throw new InputException(
                $"'{train.Where}' is a {train.Split} split, and there is no train split, only "
                    + $"{string.Join(" and ", raw.Splits.Select(s => s.Split))}.",
                remedy: "Add the images of train, or give a data set that is not split. "
                    + "'remem evaluate' scores a model on the existing splits.");
        }

        IReadOnlyList<string> classes = raw.Classes ?? (raw.LabelsAreNumbers
            ? RawDataset.InNumericOrder(train.Classes)
            : train.Declared.Concat(train.Classes).Distinct().Order(StringComparer.Ordinal).ToArray());
        if (classes.GroupBy(c => c).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice)
            throw new InputException($"The class names of '{raw.Description}' have '{twice}' twice.", train.Where, "Name each class once.");
        var index = classes.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i, StringComparer.Ordinal);
        RequireTraining(train, classes);
        foreach (RawSplit held in raw.Splits.Skip(1))
            RequireKnown(held, index);
        WarnOfPartedGroups(raw.Splits, warnings);

        EncodedSource all = train.Number(index);
        IImageSource? val = raw.Splits.FirstOrDefault(s => s.Split == "val")?.Number(index);
        IImageSource? test = raw.Splits.FirstOrDefault(s => s.Split == "test")?.Number(index);
        IImageSource training = all;
        if (val is null || test is null)
        {
            string[] missing = [.. val is null ? ["val"] : Array.Empty<string>(), .. test is null ? ["test"] : Array.Empty<string>()];
            var (keep, forVal, forTest) = StratifiedSplit.Divide(
                Enumerable.Range(0, all.Count).Select(all.Label).ToArray(),
                val is null ? options.ValFraction : 0,
                test is null ? options.TestFraction : 0,
                options.Seed,
                Groups(train, all, options));
            training = new Subset(all, keep);
            val ??= new Subset(all, forVal);
            test ??= new Subset(all, forTest);
            warnings.Add(
                (train.Split.Length == 0 ? "The data set is not split" : $"There is no {string.Join(" and no ", missing)} split")
                + $": {string.Join(" and ", missing)} taken from training by seed {options.Seed}, class by class.");
        }

        foreach ((string name, IImageSource split) in new[] { ("val", val), ("test", test) })
        {
            if (split.Count == 0)
            {
                throw new InputException(
                    $"The {name} split of '{raw.Description}' would hold no image.", remedy: "Give more images, or a larger fraction.");
            }

            WarnOfAbsent(name, split, classes, warnings);
        }

        return new ImageDataset(raw.Description, classes, training, val, test, warnings);
    }

    /// <summary>Samples that must stay in one split: the source's own groups, and near-duplicates where requested.</summary>
    private static int[]? Groups(RawSplit train, EncodedSource all, DatasetOptions options)
    {
        if (train.Groups is null && !options.KeepNearDuplicatesTogether)
            return null;
        var sets = new DisjointSets(all.Count);
        Dictionary<string, int> first = [];
        for (int i = 0; i < all.Count; i++)
        {
            if (train.Groups?[i] is { } group && !first.TryAdd(group, i))
                sets.Join(first[group], i);
        }

        if (options.KeepNearDuplicatesTogether)
            sets.JoinAll(NearDuplicates.Find(ImageScan.Run("", all, null, Environment.ProcessorCount).Prints));
        return [.. Enumerable.Range(0, all.Count).Select(sets.Find)];
    }

    private static void WarnOfPartedGroups(IReadOnlyList<RawSplit> splits, List<string> warnings)
    {
        Dictionary<string, string> holders = [];
        HashSet<string> parted = [];
        foreach (RawSplit split in splits)
        {
            foreach (string group in (split.Groups ?? []).OfType<string>())
            {
                if (!holders.TryAdd(group, split.Split) && holders[group] != split.Split)
                    parted.Add(group);
            }
        }

        if (parted.Count > 0)
            warnings.Add($"{parted.Count} groups have images in more than one split ({List([.. parted])}): scores are too good.");
    }

    private static void RequireTraining(RawSplit train, IReadOnlyList<string> classes)
    {
        if (train.Names.Count == 0)
            throw new InputException($"'{train.Where}' holds no image.",
                remedy: "Give each class a folder with its JPEG, PNG, WebP, GIF, BMP or TIFF files.");
        string split = train.Split.Length == 0 ? "data set" : "train split";
        HashSet<string> present = [.. train.Classes];
        string[] empty = classes.Where(c => !present.Contains(c)).ToArray();
        if (empty.Length > 0)
        {
            throw new InputException(
                $"{Subject(empty)} no image in the {split}.", train.Where, "Add images of it, or remove the class everywhere.");
        }

        if (classes.Count < 2)
            throw new InputException($"The {split} has one class only, '{classes[0]}'.", train.Where,
                "A classifier needs two classes or more.");
    }

    private static void RequireKnown(RawSplit held, Dictionary<string, int> index)
    {
        string[] unknown = held.Declared.Concat(held.Classes).Distinct().Where(c => !index.ContainsKey(c)).Order(StringComparer.Ordinal)
            .ToArray();
        if (unknown.Length > 0)
        {
            throw new InputException(
                $"{Subject(unknown)} images in the {held.Split} split but none in the train split.", held.Where,
                $"Add training images, or remove the class from {held.Split}.");
        }

        if (held.Names.Count == 0)
            throw new InputException($"The {held.Split} split holds no image.", held.Where,
                "Add images, or remove it: it is then taken from training.");
    }

    private static void WarnOfAbsent(string name, IImageSource split, IReadOnlyList<string> classes, List<string> warnings)
    {
        HashSet<int> present = Enumerable.Range(0, split.Count).Select(split.Label).ToHashSet();
        string[] absent = classes.Where((_, i) => !present.Contains(i)).ToArray();
        if (absent.Length > 0)
            warnings.Add($"{absent.Length} of {classes.Count} classes have no image in the {name} split: {List(absent)}.");
    }

    private static string Subject(string[] classes) =>
        classes.Length == 1 ? $"The class '{classes[0]}' has" : $"{classes.Length} classes ({List(classes)}) have";

    private static string List(string[] names) =>
        string.Join(", ", names.Take(MaxNamed)) + (names.Length > MaxNamed ? $" and {names.Length - MaxNamed} more" : "");
}

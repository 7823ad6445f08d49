using ReMem.Data.Layouts;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data;

/// <summary>Labelled images that a model is scored on, with the model's class indices.</summary>
/// <param name="Description">Where they came from.</param>
/// <param name="Split">"train", "val" or "test"; "all" for all that the source has.</param>
/// <param name="Images">The images; labels are indices into the model's classes.</param>
/// <param name="Whole">The whole data set where its splits may share images; null where there are no other splits.</param>
/// <param name="Warnings">Warnings for the user.</param>
internal sealed record ScoredImages(string Description, string Split, IImageSource Images, ImageDataset? Whole,
    IReadOnlyList<string> Warnings)
{
    /// <summary>Every image that the source has, whatever its split.</summary>
    public const string All = "all";

    private const int MaxNamed = 5;

    /// <summary>The splits that can be requested.</summary>
    public static IReadOnlyList<string> Splits { get; } = [.. DataFiles.Splits, All];

    /// <summary>
    /// Opens the images to score. A source without splits is scored as a whole; of one with splits the test split, else the only one it
    /// has. A test split that training splits off by a seed is split off in the same way.
    /// </summary>
    /// <param name="source">As in <see cref="DatasetReader.Open"/>. It need not have every class, nor a train split.</param>
    /// <param name="split">"train", "val", "test" or "all"; null chooses.</param>
    /// <param name="classes">The model's class names in index order.</param>
    /// <param name="options">How the source is read; null is the defaults.</param>
    /// <exception cref="InputException">The source cannot be read, has no such split, no labels,
    /// or a class that the model does not know.</exception>
    public static ScoredImages Open(string source, string? split, IReadOnlyList<string> classes, DatasetOptions? options = null)
    {
        if (split is not null && !Splits.Contains(split))
            throw Nearest.Unknown("split", split, [.. Splits], "--split");
        RawDataset raw = DatasetReader.OpenRaw(source, options ?? new DatasetOptions(), out DatasetOptions resolved);
        string[] own = [.. raw.Splits.Select(s => s.Split)];
        bool whole = own is [""];
        string chosen = split ?? (whole ? All : own.Contains("test") || own.Contains("train") ? "test" : own.Length == 1 ? own[0] : "test");
        if (split is null && raw.Unlabelled.FirstOrDefault(u => u.Split == "test") is { } unlabelled)
            throw NoLabels(unlabelled);
        List<string> warnings = [.. raw.Warnings];
        if (split is null && whole)
            warnings.Add(
                $"The data set is not split: all {raw.Splits[0].Names.Count} images are scored, some of which a training on them has "
                    + "seen; --split test scores the held-out ones.");
        if (split is null && chosen == "val")
            warnings.Add("There is no test split: the validation split is scored.");
        if (chosen == All)
            return new ScoredImages(raw.Description, chosen, Numbered(raw.Splits, classes), null, warnings);
        if (raw.Unlabelled.FirstOrDefault(u => u.Split == chosen) is { } none)
            throw NoLabels(none);
        if (!own.Contains(chosen) && own[0] is not ("" or "train"))
            throw new InputException(
                $"'{raw.Splits[0].Where}' and the files next to it have no {chosen} split, only {string.Join(" and ", own)}.",
                remedy: "Leave --split out, or give --split all.");

        bool divided = !own.Contains(chosen) || whole;
        ImageDataset? set = own[0] is "" or "train" ? Assembled(raw, resolved, divided) : null;
        if (!divided)
            return new ScoredImages(raw.Description, chosen, Numbered([raw.Splits[Array.IndexOf(own, chosen)]], classes), set, warnings);
        IImageSource part = chosen switch { "train" => set!.Train, "val" => set!.Validation, _ => set!.Test };
        return new ScoredImages(raw.Description, chosen, Renumbered(part, set.Classes, classes), set, set.Warnings);
    }

    /// <summary>The whole data set, where it can be trained on; else null, or an error where it is needed.</summary>
    private static ImageDataset? Assembled(RawDataset raw, DatasetOptions options, bool needed)
    {
        try
        {
            // Warnings are added to the list of the raw data set.
            return DatasetReader.Assemble(raw with { Warnings = [.. raw.Warnings] }, options);
        }
        catch (InputException) when (!needed)
        {
            return null;
        }
    }

    private static IImageSource Numbered(IReadOnlyList<RawSplit> splits, IReadOnlyList<string> classes)
    {
        Dictionary<string, int> index = Match([.. splits.SelectMany(s => s.Classes).Distinct()], classes);
        IImageSource[] parts = [.. splits.Select(s => s.Number(index)).Where(s => s.Count > 0)];
        return parts.Length switch
        {
            0 => throw new InputException($"'{splits[0].Where}' holds no image.", remedy: "Give each class a folder with its images."),
            1 => parts[0],
            _ => new JoinedSource(parts),
        };
    }

    private static Relabelled Renumbered(IImageSource part, IReadOnlyList<string> own, IReadOnlyList<string> classes)
    {
        int[] present = [.. Enumerable.Range(0, part.Count).Select(part.Label).Distinct()];
        Dictionary<string, int> index = Match([.. present.Select(c => own[c])], classes);
        return new Relabelled(part, [.. own.Select(name => index.GetValueOrDefault(name, -1))]);
    }

    /// <summary>The model's index of each class, by name, whatever the order; a WordNet id is replaced by its name.</summary>
    private static Dictionary<string, int> Match(string[] names, IReadOnlyList<string> classes)
    {
        var known = classes.Select((name, i) => (Name: UnicodeText.Composed(name), i)).DistinctBy(p => p.Name).ToDictionary(p => p.Name,
            p => p.i, StringComparer.Ordinal);
        int Index(string name) =>
            known.TryGetValue(name, out int i) || (ImageNetClasses.NameOf(name) is { } called && known.TryGetValue(called, out i)) ? i : -1;
        string[] unknown = [.. names.Where(n => Index(n) < 0).Order(StringComparer.Ordinal)];
        if (unknown.Length == 0)
            return names.ToDictionary(n => n, Index);
        string nearest = unknown.Length == 1 && Nearest.To(unknown[0], known.Keys) is { } near ? $"; did you mean '{near}'?" : ".";
        throw new InputException(
            "The model does not know "
                + $"{(unknown.Length == 1 ? $"the class '{unknown[0]}'"
                    : $"{unknown.Length} of the {names.Length} classes ({List(unknown)})")} "
                + $"of the data set{nearest}",
            remedy: $"Name the class folders or labels as the model's {classes.Count} classes are ({List(classes)}), "
                + "or leave the others out.");
    }

    private static string List(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(MaxNamed)) + (names.Count > MaxNamed ? $" and {names.Count - MaxNamed} more" : "");

    private static InputException NoLabels(UnlabelledSplit split) => new(
        $"'{split.Where}' holds {split.Images} images without class folders or labels: images without labels cannot be scored.",
        remedy: "Give each class a folder, or name another split with --split; 'remem predict' classifies images without labels.");

    /// <summary>A source with other label indices.</summary>
    private sealed class Relabelled(IImageSource source, int[] labels) : IImageSource
    {
        public int Count => source.Count;

        public int Label(int index) => labels[source.Label(index)];

        public string Name(int index) => source.Name(index);

        public byte[] Read(int index) => source.Read(index);
    }
}

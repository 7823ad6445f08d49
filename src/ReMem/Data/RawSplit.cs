using System.Globalization;
using ReMem.Runtime;

namespace ReMem.Data;

/// <summary>A split as its layout gives it, with class names still unnumbered.</summary>
/// <param name="Split">"train", "val" or "test", or "" where the source is not split.</param>
/// <param name="Where">Its folder or file, for messages.</param>
/// <param name="Declared">The classes that it has a place for, samples or not.</param>
/// <param name="Classes">Each sample's class.</param>
/// <param name="Names">Each sample's name.</param>
/// <param name="Read">Encoded bytes by sample.</param>
internal sealed record RawSplit(
    string Split, string Where, IReadOnlyList<string> Declared, IReadOnlyList<string> Classes, IReadOnlyList<string> Names, Func<int, byte[]> Read)
{
    /// <summary>A split whose samples lie in files as they are.</summary>
    public RawSplit(string split, string where, IReadOnlyList<string> declared, IReadOnlyList<string> classes, IReadOnlyList<string> names, Func<int, FilePart> parts)
        : this(split, where, declared, classes, names, i => parts(i).Read()) => Parts = parts;

    /// <summary>Each sample's group, null for one that is alone; null where nothing is grouped. Samples of a group stay in one split.</summary>
    public IReadOnlyList<string?>? Groups { get; init; }

    /// <summary>Where the samples' bytes lie, where that is in files as they are; else null.</summary>
    public Func<int, FilePart>? Parts { get; init; }

    /// <summary>The files that hold the samples; default: each sample's name is its file.</summary>
    public IReadOnlyList<string>? Files { get; init; }

    /// <summary>Numbers the classes.</summary>
    public EncodedSource Number(IReadOnlyDictionary<string, int> index) => new(Names, Classes.Select(c => index[c]).ToArray(), Files ?? Names, Read, Parts);
}

/// <summary>What a layout found.</summary>
/// <param name="Description">For reports.</param>
/// <param name="Splits">One unsplit, or train and what else there is.</param>
/// <param name="Classes">Class names in index order where the source has an order of its own; null sorts them.</param>
/// <param name="Warnings">What a user should know.</param>
internal sealed record RawDataset(string Description, IReadOnlyList<RawSplit> Splits, IReadOnlyList<string>? Classes, List<string> Warnings)
{
    /// <summary>A file of class names that lies beside the data, for labels that are numbers; null where there is none.</summary>
    public string? LabelsFile { get; init; }

    /// <summary>Held-out splits whose images have no labels: they can be predicted, not scored.</summary>
    public IReadOnlyList<UnlabelledSplit> Unlabelled { get; init; } = [];

    /// <summary>The same with class names in one form (NFC), so that an accent is the same however it is written.</summary>
    public RawDataset Normalized()
    {
        static string[] Composed(IReadOnlyList<string> names) => [.. names.Select(UnicodeText.Composed)];
        return this with
        {
            Splits = [.. Splits.Select(s => s with { Declared = [.. Composed(s.Declared).Distinct()], Classes = Composed(s.Classes) })],
            Classes = Classes is null ? null : Composed(Classes),
        };
    }

    /// <summary>Whether every label is a number: 10 then comes after 9.</summary>
    public bool LabelsAreNumbers => Splits.SelectMany(s => s.Classes).All(c => long.TryParse(c, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));

    /// <summary>Class names in numeric order of the training labels.</summary>
    public static string[] InNumericOrder(IEnumerable<string> labels) => [.. labels.Distinct().OrderBy(c => long.Parse(c, CultureInfo.InvariantCulture))];
}

/// <summary>A held-out split of images without labels.</summary>
/// <param name="Split">"val" or "test".</param>
/// <param name="Where">Its folder.</param>
/// <param name="Images">How many.</param>
internal sealed record UnlabelledSplit(string Split, string Where, int Images);

using System.Globalization;
using ReMem.Runtime;

namespace ReMem.Data.Layouts;

/// <summary>The data set as a layout reads it.</summary>
/// <param name="Description">For reports.</param>
/// <param name="Splits">One without a split, or train and the others.</param>
/// <param name="Classes">Class names in index order where the source defines an order; null sorts them.</param>
/// <param name="Warnings">Warnings for the user.</param>
internal sealed record RawDataset(string Description, IReadOnlyList<RawSplit> Splits, IReadOnlyList<string>? Classes, List<string> Warnings)
{
    /// <summary>A file of class names next to the data, for labels that are numbers; null where there is none.</summary>
    public string? LabelsFile { get; init; }

    /// <summary>Held-out splits whose images have no labels: they can be predicted, not scored.</summary>
    public IReadOnlyList<UnlabelledSplit> Unlabelled { get; init; } = [];

    /// <summary>
    /// The same data set with class names in composed form (NFC), so that accents compare equal however they are written.
    /// </summary>
    public RawDataset Normalized()
    {
        static string[] Composed(IReadOnlyList<string> names) => [.. names.Select(UnicodeText.Composed)];
        return this with
        {
            Splits = [.. Splits.Select(s => s with { Declared = [.. Composed(s.Declared).Distinct()], Classes = Composed(s.Classes) })],
            Classes = Classes is null ? null : Composed(Classes),
        };
    }

    /// <summary>Whether every label is a number, sorted numerically.</summary>
    public bool LabelsAreNumbers =>
        Splits.SelectMany(s => s.Classes).All(c => long.TryParse(c, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));

    /// <summary>Class names in numeric order of the training labels.</summary>
    public static string[] InNumericOrder(IEnumerable<string> labels) =>
        [.. labels.Distinct().OrderBy(c => long.Parse(c, CultureInfo.InvariantCulture))];
}

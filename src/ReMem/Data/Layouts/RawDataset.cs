using System.Globalization;
using ReMem.Runtime;

namespace ReMem.Data.Layouts;

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

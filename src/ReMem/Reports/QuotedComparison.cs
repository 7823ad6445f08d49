using ReMem.Runtime;

namespace ReMem.Reports;

/// <summary>What another report found, usually of the same recipe over more seeds, as a report shows it.</summary>
/// <param name="Title">The other report's title.</param>
/// <param name="Rows">One per method, in display order.</param>
/// <param name="Environment">Where that was measured.</param>
/// <param name="Finished">When.</param>
internal sealed record QuotedComparison(string Title, IReadOnlyList<TeacherRow> Rows, EnvironmentInfo Environment, DateTimeOffset Finished)
{
    /// <summary>The most seeds of a method.</summary>
    internal int Seeds => Rows.Max(row => row.Seeds.Count);

    /// <summary>Means and intervals over seeds, one per method.</summary>
    internal IReadOnlyList<MethodSummary> Summary => [.. Rows.Select(MethodSummary.Of)];

    /// <summary>Every method against "none" and "standard", with a verdict.</summary>
    internal IReadOnlyList<Finding> Findings => Finding.All(Rows);

    /// <summary>Where its figures are from, in a sentence.</summary>
    internal string Origin => $"Measured before: '{Title}', {Figures.Number(Seeds, "0")} {(Seeds == 1 ? "seed" : "seeds")}, on "
        + $"{Environment.Processor}{(Environment.Commit is null ? string.Empty : $", commit {Environment.Commit}")}, "
        + $"{Finished:yyyy-MM-dd}.";

    /// <summary>Reads a report.json.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It is missing, no report, or of no teacher.</exception>
    public static QuotedComparison Read(string path)
    {
        const string key = "quoted_report";
        if (!File.Exists(path))
            throw new InputException($"The report to quote, '{path}', is missing.", key, "Give a run's report.json, or nothing.");
        ComparisonReport report = Json.ReadFile<ComparisonReport>(path);
        if (report.Rows.Count == 0 || report.Rows.Any(row => row.Seeds.Count == 0))
            throw new InputException($"The report to quote, '{path}', has no scores.", key, "Give a finished run's report.json.");
        return new QuotedComparison(report.Title, report.Rows, report.Environment, report.Finished);
    }
}

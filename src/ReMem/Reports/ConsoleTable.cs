using System.Text;

namespace ReMem.Reports;

/// <summary>A comparison as plain text: the table, what can be said of it, and where intervals come from.</summary>
public static class ConsoleTable
{
    private static readonly string[] Header =
        ["method", "seeds", "teacher top-1 %", "I_hat logits", "I_hat pooled", "student top-1 %", "balanced %", "top-5 %", "ECE %", "minutes"];

    /// <summary>The text; lines end with a line feed, and no line needs colour to be understood.</summary>
    public static string Render(ComparisonReport report)
    {
        var text = new StringBuilder();
        text.Append(report.Title).Append('\n');
        text.Append($"{report.Teacher} -> {report.Student}, {report.Data.Classes.Count} classes, ")
            .Append($"{report.Data.Train} / {report.Data.Validation} / {report.Data.Test} images (train / val / test), {report.Data.ImageSize} px\n\n");
        List<string[]> lines = [Header, .. report.Summary.Select(Cells)];
        foreach (string line in TextTable.Lines(lines))
            text.Append(line).Append('\n');
        text.Append('\n').Append(Intervals(report)).Append('\n');
        IReadOnlyList<Finding> findings = report.Findings;
        foreach (Finding finding in findings.Where(finding => !finding.IsSecondary))
            text.Append("- ").Append(finding.Sentence).Append('\n');
        if (Finding.CorrelationSentence(report.InformationAndStudent) is { } correlation)
            text.Append("- ").Append(correlation).Append('\n');
        if (Finding.Caveat(findings) is { } caveat)
            text.Append("- ").Append(caveat).Append('\n');
        foreach (string note in report.Notes)
            text.Append("- ").Append(note).Append('\n');
        text.Append('\n').Append(Finding.Headline(findings)).Append('\n');
        return text.ToString();
    }

    /// <summary>What the intervals are, or why there are none.</summary>
    internal static string Intervals(ComparisonReport report) => report.Rows.Max(row => row.Seeds.Count) < 2
        ? "One seed: no interval can be given, so no difference below is told from noise. Scores are of the test split."
        : "Mean ± half of the 95 % t interval over seeds, of the test split. Differences are paired by seed, and not corrected for their number.";

    private static string[] Cells(MethodSummary summary) =>
    [
        summary.Method,
        Figures.Number(summary.Count, "0"),
        Figures.Percent(summary.TeacherTop1),
        Figures.Nats(summary.InformationLogits),
        Figures.Nats(summary.InformationPooled),
        Figures.Percent(summary.StudentTop1),
        Figures.Percent(summary.StudentBalanced),
        Figures.Percent(summary.StudentTop5),
        Figures.Percent(summary.Ece),
        Figures.Number(summary.TeacherMinutes + summary.StudentMinutes, "0.0"),
    ];
}

using System.Text;

namespace ReMem.Reports;

/// <summary>A comparison as plain text: the table, the findings, and how intervals are computed.</summary>
internal static class ConsoleTable
{
    private static readonly (string Name, Func<MethodSummary, string> Cell)[] Columns =
    [
        ("seeds", s => Figures.Number(s.Count, "0")),
        ("teacher top-1 %", s => Figures.Percent(s.TeacherTop1)),
        ("I_hat logits", s => Figures.Nats(s.InformationLogits)),
        ("I_hat pooled", s => Figures.Nats(s.InformationPooled)),
        ("student top-1 %", s => Figures.Percent(s.StudentTop1)),
        ("balanced %", s => Figures.Percent(s.StudentBalanced)),
        ("top-5 %", s => Figures.Percent(s.StudentTop5)),
        ("ECE %", s => Figures.Percent(s.Ece)),
        ("minutes", s => Figures.Number(s.TeacherMinutes + s.StudentMinutes, "0.0")),
    ];

    /// <summary>The text; lines end with a line feed, and colour is never needed.</summary>
    public static string Render(ComparisonReport report)
    {
        var text = new StringBuilder();
        text.Append(report.Title).Append('\n');
        text.Append($"{report.Teacher} -> {report.Student}, {report.Data.Classes.Count} classes, ")
            .Append($"{report.Data.Train} / {report.Data.Validation} / {report.Data.Test} images (train / val / test), "
                + $"{report.Data.ImageSize} px\n\n");
        foreach (string line in TextTable.Lines(Lines(report)))
            text.Append(line).Append('\n');
        text.Append('\n').Append(Intervals(report)).Append('\n');
        IReadOnlyList<Finding> findings = report.Findings;
        foreach (Finding finding in findings.Where(finding => !finding.IsSecondary))
            text.Append("- ").Append(finding.Sentence).Append('\n');
        foreach (string correlation in Finding.Correlations(report))
            text.Append("- ").Append(correlation).Append('\n');
        if (Finding.Caveat(findings) is { } caveat)
            text.Append("- ").Append(caveat).Append('\n');
        foreach (string note in report.Notes)
            text.Append("- ").Append(note).Append('\n');
        foreach ((string whose, string scores) in report.Onnx is { } onnx ? Exported(onnx) : [])
            text.Append("- ").Append(whose).Append(": ").Append(scores).Append('\n');
        foreach (ExportedForm form in report.Onnx?.Forms ?? [])
            text.Append("- ").Append(Line(form)).Append('\n');
        text.Append('\n').Append(Finding.Headline(findings)).Append('\n');
        if (report.Quoted is { } quoted)
            text.Append('\n').Append(Render(quoted));
        if (report.Onnx?.Failure is { } failure)
            text.Append(Failed(failure)).Append('\n');
        return text.ToString();
    }

    /// <summary>What another report found.</summary>
    private static string Render(QuotedComparison quoted)
    {
        var text = new StringBuilder();
        text.Append(quoted.Origin).Append("\n\n");
        string[][] lines = [["method", .. Columns.Select(c => c.Name)],
            .. quoted.Summary.Select(s => (string[])[s.Name, .. Columns.Select(c => c.Cell(s))])];
        foreach (string line in TextTable.Lines(lines))
            text.Append(line).Append('\n');
        text.Append('\n').Append(Intervals(quoted.Rows)).Append('\n');
        foreach (Finding finding in quoted.Findings.Where(finding => !finding.IsSecondary))
            text.Append("- ").Append(finding.Sentence).Append('\n');
        return text.ToString();
    }

    /// <summary>The test scores of the exported student: those of the file to deploy, and the model's own.</summary>
    internal static IEnumerable<(string Whose, string Scores)> Exported(OnnxSection onnx)
    {
        foreach ((string whose, ExportedScores? scores) in new[] { ("test, ONNX file", onnx.FileScores),
            ("test, model", onnx.ModelScores) })
        {
            if (scores is not null)
            {
                yield return (
                    whose,
                    $"top-1 {Figures.Percent(scores.Top1)} %, balanced {Figures.Percent(scores.Balanced)} %, top-5 "
                        + $"{Figures.Percent(scores.Top5)} %, "
                        + $"ECE {Figures.Percent(scores.Ece)} % ({Figures.Number(scores.Images, "0")} images)");
            }
        }
    }

    /// <summary>One form of the exported student, in a line.</summary>
    public static string Line(ExportedForm form) => form.Failure is { } failure
        ? $"{form.Name}: {Failed(failure)}"
        : $"{form.Name}: {Figures.Number(form.Bytes / 1e6, "0.00")} MB, top-1 {Figures.Percent(form.Top1)} %, the class of float32 for "
            + $"{Figures.Percent(form.Agreement)} % of the test images, {Figures.Number(form.Latency[0].P50, "0.00")} ms an image with "
            + $"{form.Latency[0].Threads} {(form.Latency[0].Threads == 1 ? "thread" : "threads")} ({form.Path})";

    /// <summary>The line that warns not to deploy a file.</summary>
    public static string Failed(string failure) => $"FAILED CHECK, do not deploy: {failure}";

    /// <summary>The table alone, as Markdown.</summary>
    public static string Markdown(ComparisonReport report)
    {
        var text = new StringBuilder();
        IReadOnlyList<string[]> lines = Lines(report);
        for (int i = 0; i < lines.Count; i++)
        {
            text.Append("| ").AppendJoin(" | ", lines[i].Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
            if (i == 0)
                text.Append("| --- |").Insert(text.Length, " ---: |", lines[0].Length - 1).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>
    /// The header and a line of cells for each row. A sweep also shows the validation scores that its choices were made by.
    /// </summary>
    private static IReadOnlyList<string[]> Lines(ComparisonReport report)
    {
        var columns = Columns.ToList();
        if (report.IsSweep)
            columns.Insert(4, ("student val %", s => Figures.Percent(s.StudentValidationTop1)));
        bool[] chosen = [.. report.Rows.Select(row => report.IsSweep && row.IsChosen)];
        return
        [
            ["method", .. columns.Select(c => c.Name)],
            .. report.Summary.Select((s, i) => (string[])[s.Name + (chosen[i] ? " *" : string.Empty), .. columns.Select(c => c.Cell(s))]),
        ];
    }

    /// <summary>How the intervals are computed, or why there are none.</summary>
    internal static string Intervals(ComparisonReport report)
    {
        string intervals = Intervals(report.Rows);
        return report.IsSweep
            ? $"{intervals} A star marks the variant of its method whose students did best on validation; only these are compared."
            : intervals;
    }

    /// <summary>How the intervals of rows that are no sweep's are computed, or why there are none.</summary>
    internal static string Intervals(IReadOnlyList<TeacherRow> rows) => rows.Max(row => row.Seeds.Count) < 2
        ? "One seed: no interval can be given, so no difference below can be distinguished from noise. Scores are of the test split."
        : "Mean ± half-width of the 95 % t interval over seeds, of the test split. Differences are paired by seed, "
            + "and not corrected for their number.";
}

using System.Globalization;
using System.Text;
using ReMem.Evaluation;
using ReMem.Evaluation.Latency;
using ReMem.Runtime;
using ReMem.Teachers;

namespace ReMem.Reports;

/// <summary>A comparison as one self-contained page: no script, no font, no picture and no style is loaded from elsewhere.</summary>
internal static class HtmlReport
{
    private const string Nats = "I_hat: nats per pixel channel of the image that a decoder recovers; 0 means that nothing was kept.";

    /// <summary>The page. Every text of the report is escaped.</summary>
    public static string Render(ComparisonReport report)
    {
        var page = new StringBuilder();
        Head(page, report);
        Model(page, report);
        Costs(page, report);
        Quoted(page, report);
        Steps(page, report);
        if (report.Answers is { } answers)
            page.Append(AnswerMarkup.Render(answers));
        Snippet(page, report);

        bool folded = IsOfOneModel(report);
        if (folded)
        {
            page.Append("<details><summary>Teachers, what they keep, training, data and environment</summary>\n")
                .Append($"<p class=\"headline\">{Encode(Finding.Headline(report.Findings))}</p>\n");
        }

        Scores(page, report);
        Charts(page, report);
        Findings(page, report);
        Seeds(page, report);
        Curves(page, report);
        Data(page, report);
        Environment(page, report);
        if (folded)
            page.Append("</details>\n");
        Command(page, report);
        return HtmlPage.Document(report.Title, page.ToString(), report.Answers is not null, AnswerMarkup.Css);
    }

    /// <summary>Who wants one model reads no comparison of methods; who compares several seeds came for it.</summary>
    private static bool IsOfOneModel(ComparisonReport report) => report.Answers is not null && report.Seeds.Count == 1;

    private static void Head(StringBuilder page, ComparisonReport report)
    {
        IReadOnlyList<Finding> findings = report.Findings;
        page.Append($"<header>\n<h1>{Encode(report.Title)}</h1>\n")
            .Append($"<p class=\"soft\">{Encode(report.Teacher)} teaches {Encode(report.Student)} · {report.Data.Classes.Count} classes, ")
            .Append($"{report.Data.Train} training images at {report.Data.ImageSize} px · {Encode(Date(report.Finished))}</p>\n")
            .Append(IsOfOneModel(report)
                ? string.Empty
                : $"<p class=\"headline\">{Encode(Finding.Headline(findings))}</p>\n");
        if (Finding.Caveat(findings) is { } caveat)
            page.Append($"<p class=\"headline caveat\">{Encode(caveat)}</p>\n");
        if (report.Onnx?.Failure is { } failure)
            page.Append($"<p class=\"headline failed\">{Encode(ConsoleTable.Failed(failure))}</p>\n");
        page.Append("</header>\n");
    }

    private static void Scores(StringBuilder page, ComparisonReport report)
    {
        Open(page, "Teachers and their students");
        page.Append($"<p class=\"soft\">{Encode(ConsoleTable.Intervals(report))} {Nats}</p>\n");
        ScoreTables.Scores(page, report.Summary, (s, i) => $"<span class=\"dot s{ReportCharts.Series(report, s.Method)}\"></span>"
            + Encode(s.Name) + (report.IsSweep && report.Rows[i].IsChosen ? " *" : string.Empty));
        Close(page);
    }

    /// <summary>What more seeds than this report's say, where the recipe names a report of them.</summary>
    private static void Quoted(StringBuilder page, ComparisonReport report)
    {
        if (report.Quoted is not { } quoted)
            return;
        Open(page, $"Over {Figures.Number(quoted.Seeds, "0")} seeds");
        page.Append($"<p class=\"soft\">{Encode(quoted.Origin)} {Encode(ConsoleTable.Intervals(quoted.Rows))} {Nats}</p>\n");
        ScoreTables.Scores(page, quoted.Summary, (s, _) => Encode(s.Name));
        ScoreTables.Differences(page, quoted.Findings.Where(finding => !finding.IsSecondary));
        Close(page);
    }

    private static void Charts(StringBuilder page, ComparisonReport report)
    {
        page.Append("<section>\n<h2>Information in the teacher, and accuracy of its student</h2>\n<div class=\"charts\">\n");
        string errors = report.Rows.Max(row => row.Seeds.Count) < 2
            ? "One seed: no intervals."
            : "Bars span the 95 % interval over seeds; small marks are seeds.";
        if (ReportCharts.InformationAgainstStudent(report) is { } scatter)
            Figure(page, "I_hat against student top-1", scatter, $"{errors} Dashed: the student without a teacher.");
        Figure(page, "Students by teacher", ReportCharts.StudentBars(report), $"{errors} Full colour: top-1. Pale: balanced accuracy.");
        Close(page.Append("</div>\n"));
    }

    private static void Findings(StringBuilder page, ComparisonReport report)
    {
        Open(page, "Differences");
        ILookup<bool, Finding> findings = report.Findings.ToLookup(finding => finding.IsSecondary);
        ScoreTables.Differences(page, findings[false]);
        foreach (string correlation in Finding.Correlations(report))
            page.Append($"<p>{Encode(correlation)}</p>\n");
        foreach (string note in report.Notes)
            page.Append($"<p>{Encode(note)}</p>\n");
        page.Append("<details><summary>Balanced accuracy</summary>\n");
        ScoreTables.Differences(page, findings[true]);
        Close(page.Append("</details>\n"));
    }

    private static void Seeds(StringBuilder page, ComparisonReport report)
    {
        page.Append(
            "<details><summary>Every seed</summary>\n<p class=\"soft\">I_hat ± half-width of its interval over decoder seeds.</p>\n"
                + HtmlPage.Wide + "<table>\n<thead><tr>");
        foreach (string name in (string[])["method", "seed", "teacher top-1 %", "teacher balanced %", "I_hat logits", "I_hat pooled",
            "student top-1 %",
            "student balanced %", "student top-5 %", "student ECE %", "teacher minutes", "student minutes"])
            page.Append($"<th scope=\"col\">{name}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        foreach ((string method, SeedRow s) in report.Rows.SelectMany(row => row.Seeds.Select(seed => (row.Name, seed))))
        {
            ScoreTables.Row(page, Encode(method), Figures.Number(s.Seed, "0"), Figures.Percent(s.TeacherTop1),
                Figures.Percent(s.TeacherBalanced), Figures.Nats(s.InformationLogits), Figures.Nats(s.InformationPooled),
                Figures.Percent(s.StudentTop1), Figures.Percent(s.StudentBalanced),
                Figures.Percent(s.StudentTop5), Figures.Percent(s.Ece), Figures.Number(s.TeacherMinutes, "0.0"),
                Figures.Number(s.StudentMinutes, "0.0"));
        }

        page.Append("</tbody></table></div></details>\n");
    }

    private static void Curves(StringBuilder page, ComparisonReport report)
    {
        (string Title, string Svg)[] charts = [.. ReportCharts.TrainingCurves(report)];
        if (charts.Length == 0)
            return;
        page.Append("<section>\n<h2>Training</h2>\n<div class=\"charts\">\n");
        foreach ((string title, string svg) in charts)
            Figure(page, title, svg, null);
        Close(page.Append("</div>\n"));
    }

    /// <summary>What the reader came for: the file, how good it is, and what to compare it with.</summary>
    private static void Model(StringBuilder page, ComparisonReport report)
    {
        if (report.Onnx is not { } onnx)
            return;
        Open(page, "Your model");
        (string style, string word) = onnx.Failure is null ? ("higher", "checked in ONNX Runtime") : ("lower", "failed its check");
        page.Append($"<p><span class=\"badge {style}\">{word}</span> {Encode(Summary(report, onnx))}</p>\n");
        if (onnx.Failure is { } failure)
            page.Append($"<p class=\"failed\">{Encode(ConsoleTable.Failed(failure))}</p>\n");
        List(page, [("file", onnx.Path), ("student of", $"{onnx.Method}, seed {onnx.Seed}"), .. onnx.Latency.Select(Time),
            ("against ONNX Runtime", string.Create(CultureInfo.InvariantCulture,
                $"largest difference of a logit {onnx.LargestDifference:0.##e+0}, "
                    + $"top-1 agreement {100 * onnx.Top1Agreement:0.0} % on {onnx.Images} images")),
            .. ConsoleTable.Exported(onnx)]);
        if (onnx.Forms.Count > 0)
            Forms(page, onnx.Forms);
        Close(page);
    }

    /// <summary>The student in several forms of numbers, so that a reader sees what a smaller file costs.</summary>
    private static void Forms(StringBuilder page, IReadOnlyList<ExportedForm> forms)
    {
        int[] threads = [.. forms[0].Latency.Select(row => row.Threads)];
        page.Append(HtmlPage.WideCard + "<table>\n<thead><tr><th scope=\"col\">numbers</th><th scope=\"col\">file</th>")
            .Append("<th scope=\"col\">MB</th><th scope=\"col\">test top-1 %</th><th scope=\"col\">as float32 %</th>");
        foreach (int count in threads)
            page.Append($"<th scope=\"col\">ms, {count} {(count == 1 ? "thread" : "threads")}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        foreach (ExportedForm form in forms)
        {
            IEnumerable<string> times = threads.Select(count =>
                Figures.Number(form.Latency.FirstOrDefault(row => row.Threads == count)?.P50, "0.00"));
            ScoreTables.Row(page, form.Name, [Encode(form.Failure ?? form.Path!), Figures.Number(form.Bytes / 1e6, "0.00"),
                Figures.Percent(form.Top1), Figures.Percent(form.Agreement), .. times]);
        }

        page.Append("</tbody></table></div>\n");
    }

    private static (string Name, string Value) Time(LatencyRow row) => (
        $"an image here, {row.Threads} {(row.Threads == 1 ? "thread" : "threads")}", string.Create(CultureInfo.InvariantCulture,
            $"{row.P50:0.0} ms in ONNX Runtime, 95 % within {row.P95:0.0} ms"));

    private static void Costs(StringBuilder page, ComparisonReport report)
    {
        if (report.Costs.Count == 0)
            return;
        bool timed = report.Costs.Any(c => c.Milliseconds is not null);
        Open(page, timed ? "Accuracy against size and time" : "Accuracy against size and work");
        if (ReportCharts.AccuracyAgainstTime(report.Costs) is { } chart)
            Figure(page, "Test top-1 against time an image", chart, "ONNX Runtime, one thread, a batch of one; medians of runs in turns.");
        double least = report.Costs.Min(c => c.Macs);
        page.Append(HtmlPage.WideCard + "<table>\n<thead><tr><th scope=\"col\">model</th><th scope=\"col\">parameters</th>")
            .Append("<th scope=\"col\">work an image</th>").Append(timed ? "<th scope=\"col\">ms an image</th>" : string.Empty)
            .Append("<th scope=\"col\" class=\"text\">test top-1</th><th scope=\"col\">%</th>")
            .Append("<th scope=\"col\">balanced %</th></tr></thead>\n<tbody>\n");
        foreach (CostRow row in report.Costs.OrderByDescending(c => c.Top1))
        {
            ScoreTables.Row(page, Encode(row.Name), [string.Create(CultureInfo.InvariantCulture, $"{row.Parameters / 1e6:0.0} M"),
                string.Create(CultureInfo.InvariantCulture, $"{row.Macs / 1e9:0.00} GMAC ({row.Macs / least:0.0}×)"),
                .. timed ? [Figures.Number(row.Milliseconds, "0.00")] : Array.Empty<string>(),
                AnswerMarkup.Bar(row.Top1), Figures.Percent(row.Top1), Figures.Percent(row.Balanced)]);
        }

        Close(page.Append("</tbody></table></div>\n"));
    }

    private static void Steps(StringBuilder page, ComparisonReport report)
    {
        if (report.NextSteps.Count == 0)
            return;
        Open(page, "What to do next");
        page.Append("<ul>\n");
        foreach (NextStep step in report.NextSteps)
        {
            string command = step.Command is { } text ? HtmlPage.Code(text) : string.Empty;
            page.Append($"<li>{Encode(step.Reason)}{command}</li>\n");
        }

        Close(page.Append("</ul>\n"));
    }

    private static void Snippet(StringBuilder page, ComparisonReport report)
    {
        if (report.Onnx is not { Failure: null } || report.Answers is not { } answers)
            return;
        Open(page, "In your service");
        page.Append("<p>This form takes whole photos and resizes them itself; run it in the folder of this report:</p>\n")
            .Append(HtmlPage.Code(ModelSnippet.Export) + "\n")
            .Append($"<details><summary>C#</summary>\n{HtmlPage.Code(ModelSnippet.Code(answers.Classes.Count))}</details>\n");
        Close(page);
    }

    private static string Summary(ComparisonReport report, OnnxSection onnx)
    {
        string text = onnx.Bytes is { } bytes
            ? string.Create(CultureInfo.InvariantCulture, $"{onnx.Path}, {bytes / 1e6:0.0} MB")
            : onnx.Path;
        if (onnx.FileScores is not { } scores)
            return text + ".";
        (double low, double high) = ShareInterval.Wilson(scores.Top1, scores.Images);
        text += $": top-1 {Figures.Percent(scores.Top1)} % on {scores.Images} test images (95 % interval {Figures.Percent(low)} to "
            + $"{Figures.Percent(high)} %), balanced accuracy {Figures.Percent(scores.Balanced)} %.";
        if (onnx.Method == TeacherMethod.None.Name && report.Rows.Count > 1)
            text += " It learned from labels alone: no teacher's student did better on validation.";
        if (report.AtExportedSeed(onnx.Method)?.TeacherTop1 is { } teacher)
            text += $" Its teacher ({onnx.Method}) reaches {Figures.Percent(teacher)} %.";
        if (onnx.Method != TeacherMethod.None.Name && report.AtExportedSeed(TeacherMethod.None.Name)?.StudentTop1 is { } alone)
            text += $" The same student on labels alone reaches {Figures.Percent(alone)} %.";
        return text;
    }

    private static void Data(StringBuilder page, ComparisonReport report)
    {
        DataSection data = report.Data;
        Open(page, "Data");
        List(page, ("source", data.Description),
            ("images", $"{data.Train} train, {data.Validation} validation, {data.Test} test, at {data.ImageSize} px"),
            ("classes",
                $"{data.Classes.Count}, with {data.Classes.Min(c => c.Train)} to {data.Classes.Max(c => c.Train)} training images"));
        foreach (string note in data.Unlabelled is { } unlabelled ? data.Warnings.Prepend(unlabelled + ".") : data.Warnings)
            page.Append($"<p>{Encode(note)}</p>\n");
        page.Append("<details><summary>Every class</summary>\n" + HtmlPage.Wide + "<table><thead><tr><th scope=\"col\">class</th><th "
            + "scope=\"col\">train</th>")
            .Append("<th scope=\"col\">validation</th><th scope=\"col\">test</th></tr></thead>\n<tbody>\n");
        foreach (ClassCount c in data.Classes)
            ScoreTables.Row(page, Encode(c.Name), Figures.Number(c.Train, "0"), Figures.Number(c.Validation, "0"),
                Figures.Number(c.Test, "0"));
        Close(page.Append("</tbody></table></div></details>\n"));
    }

    private static void Environment(StringBuilder page, ComparisonReport report)
    {
        EnvironmentInfo e = report.Environment;
        Open(page, "Environment");
        List(page, ("system", e.Os), ("processor", $"{e.Processor}, {e.Cores} cores, {e.Threads} threads"),
            ("memory", string.Create(CultureInfo.InvariantCulture, $"{e.MemoryBytes / (double)(1L << 30):0.0} GB")), ("device", e.Device),
            ("software",
                $"ReMem {e.Version}{(e.Commit is null ? "" : $" ({e.Commit})")}, {e.Dotnet}, TorchSharp {e.TorchSharp}, "
                    + $"libtorch {e.Libtorch}"),
            ("started", Date(report.Started)), ("finished", Date(report.Finished)));
        Close(page);
    }

    private static void Command(StringBuilder page, ComparisonReport report)
    {
        page.Append("<section>\n<h2>To repeat it</h2>\n")
            .Append($"{HtmlPage.Code(report.Command)}\n")
            .Append($"<details open=\"\"><summary>Recipe {Encode(report.RecipeName)}, resolved</summary>\n")
            .Append($"{HtmlPage.Code(report.RecipeText)}</details>\n");
        Close(page);
    }

    private static void Open(StringBuilder page, string title) => page.Append($"<section>\n<h2>{title}</h2>\n");

    private static void Close(StringBuilder page) => page.Append("</section>\n");

    private static void Figure(StringBuilder page, string title, string svg, string? caption) =>
        page.Append(
            $"<figure><h3>{Encode(title)}</h3>\n{svg}\n{(caption is null ? "" : $"<figcaption>{caption}</figcaption>")}</figure>\n");

    private static void List(StringBuilder page, params (string Name, string Value)[] items)
    {
        page.Append("<div class=\"card\"><dl>\n");
        foreach ((string name, string value) in items)
            page.Append($"<dt>{name}</dt><dd>{Encode(value)}</dd>\n");
        page.Append("</dl></div>\n");
    }

    private static string Date(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Encode(string text) => HtmlPage.Encode(text);
}

using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ReMem.Evaluation;
using ReMem.Reports;

namespace ReMem.Tests.Reports;

public sealed partial class HtmlReportTests
{
    [Fact]
    public void The_model_comes_first_with_its_score_its_teachers_and_that_of_labels_alone()
    {
        ComparisonReport report = SampleReport.Create();
        var scores = new ExportedScores(400, 0.8, 0.75, 0.95, 0.1);
        string page = HtmlReport.Render(report with { Onnx = report.Onnx! with { Bytes = 6_100_000, FileScores = scores } });
        Assert.True(page.IndexOf("<h2>Your model</h2>", StringComparison.Ordinal)
            < page.IndexOf("<h2>Teachers and their students</h2>", StringComparison.Ordinal));
        SeedRow sam = report.Rows.Single(r => r.Method == "sam").Seeds[0], none = report.Rows.Single(r => r.Method == "none").Seeds[0];
        Assert.Contains(
            "student/model.onnx, 6.1 MB: top-1 80.0 % on 400 test images (95 % interval 75.8 to 83.6 %), balanced accuracy 75.0 %. "
                + $"Its teacher (sam) reaches {Figures.Percent(sam.TeacherTop1!.Value)} %. "
                + $"The same student on labels alone reaches {Figures.Percent(none.StudentTop1)} %.",
            page, StringComparison.Ordinal);
        string alone = HtmlReport.Render(report with { Onnx = report.Onnx with { Method = "none", FileScores = scores } });
        Assert.Contains(WebUtility.HtmlEncode("It learned from labels alone: no teacher's student did better on validation."), alone,
            StringComparison.Ordinal);
        Assert.Contains("checked in ONNX Runtime", page, StringComparison.Ordinal);
        Assert.Contains("failed its check", HtmlReport.Render(report with { Onnx = report.Onnx with { Failure = "x" } }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Accuracy_is_drawn_against_time_where_three_models_were_timed()
    {
        CostRow Row(string name, ModelRole role, double? time) =>
            new(name, 1_000_000, 2_000_000, 0.5, 0.4) { Role = role, Milliseconds = time };
        string Page(double? time, int count) => HtmlReport.Render(SampleReport.Create() with
        {
            Costs =
            [
                .. new[] { Row("student", ModelRole.Exported, time), Row("other", ModelRole.Student, time),
                    Row("teacher", ModelRole.Teacher, 12.345 * time) }.Take(count),
            ],
        });
        string page = Page(1.5, 3);
        Assert.Contains("Accuracy against size and time", page, StringComparison.Ordinal);
        Assert.Contains("<td>18.52</td>", page, StringComparison.Ordinal);
        Assert.Contains("<title>teacher: 50.0 %, 18.52 ms</title>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("against time an image", Page(1.5, 2), StringComparison.Ordinal);
        string untimed = Page(null, 3);
        Assert.Contains("Accuracy against size and work", untimed, StringComparison.Ordinal);
        Assert.DoesNotContain("ms an image", untimed, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_loaded_from_elsewhere_and_nothing_runs()
    {
        string page = HtmlReport.Render(SampleReport.Create());
        Assert.DoesNotContain("http:", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https:", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(Reference(), page);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_text_of_the_report_is_escaped()
    {
        ComparisonReport report = SampleReport.Create();
        string page = HtmlReport.Render(report with
        {
            Teacher = "<u>",
            Student = "<u>",
            RecipeName = "<u>",
            Curves = [new("<u>", "<u>", [new(1, 2)])],
        });
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<u>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<markup>", page, StringComparison.Ordinal);
        Assert.Contains(WebUtility.HtmlEncode(SampleReport.HostileClass), page, StringComparison.Ordinal);
        Assert.Contains(WebUtility.HtmlEncode(report.Command), page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_markup_is_well_formed()
    {
        string page = HtmlReport.Render(SampleReport.Create()).Replace("<!doctype html>", "", StringComparison.Ordinal);
        var root = XElement.Parse(VoidElement().Replace(page, "<$1/>"));
        Assert.Equal("html", root.Name.LocalName);
        Assert.Equal(4, root.Descendants("svg").Count());
    }

    [Fact]
    public void Every_method_and_seed_has_a_row()
    {
        var root = XElement.Parse(VoidElement()
            .Replace(HtmlReport.Render(SampleReport.Create()).Replace("<!doctype html>", "", StringComparison.Ordinal), "<$1/>"));
        XElement[] tables = [.. root.Descendants("table")];
        string[] methods = ["none", "standard", "sam", "reweighted", "both"];
        Assert.Equal(methods, Heads(tables[0]));
        XElement seeds = tables.Single(table => table.Descendants("th").Any(th => th.Value == "seed"));
        Assert.Equal(methods.SelectMany(method => Enumerable.Repeat(method, 3)), Heads(seeds));
        Assert.Contains(root.Descendants("td"), cell => cell.Value == "60.5 ± 1.2");
        Assert.Equal(SampleReport.Create().Findings.OrderBy(f => f.IsSecondary).Select(f => f.Sentence),
            root.Descendants("td").Where(c => c.Attribute("class")?.Value == "text").Select(c => c.Value));

        static IEnumerable<string> Heads(XElement table) =>
            table.Descendants("th").Where(th => th.Attribute("scope")?.Value == "row").Select(th => th.Value);
    }

    [Fact]
    public void Figures_that_could_not_be_had_leave_a_page_without_broken_drawings()
    {
        ComparisonReport report = SampleReport.Create(seeds: 1);
        SeedRow broken = report.Rows[1].Seeds[0] with
        {
            StudentTop1 = double.NaN,
            InformationLogits = new Interval(double.NaN, double.NaN, 3),
        };
        TeacherRow[] rows = [.. report.Rows];
        rows[1] = rows[1] with { Seeds = [broken] };
        string page =
            HtmlReport.Render(report with { Rows = rows, Curves = [new("c", "sam", [new(1, double.NaN), new(2, 1)])], Onnx = null });
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_student_without_a_teacher_alone_still_makes_a_page()
    {
        ComparisonReport report = SampleReport.Create();
        string page = HtmlReport.Render(report with { Rows = [report.Rows[0]], Curves = [] });
        Assert.Single(ChartStart().Matches(page));
        Assert.Contains("No teacher was compared with the standard one.", page, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\b(src|href|url|xlink|@import)\b\s*[=(]", RegexOptions.IgnoreCase)]
    private static partial Regex Reference();

    [GeneratedRegex("<(meta [^>]*)>")]
    private static partial Regex VoidElement();

    [GeneratedRegex("<svg ")]
    private static partial Regex ChartStart();
}

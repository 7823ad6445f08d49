using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ReMem.Evaluation;
using ReMem.Reports;

namespace ReMem.Tests.Reports;

public sealed partial class HtmlReportTests
{
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

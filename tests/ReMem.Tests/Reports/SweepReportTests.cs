using ReMem.Reports;

namespace ReMem.Tests.Reports;

/// <summary>How reports show the variants of a sweep.</summary>
public sealed class SweepReportTests
{
    [Fact]
    public void Only_chosen_variants_are_compared_and_every_one_is_shown()
    {
        ComparisonReport report = Sweep();
        Assert.Equal(
            ["sam rho=0.1-none", "sam rho=0.1-standard", "standard-none"],
            report.Findings.Where(f => f.Measure == "student top-1").Select(f => $"{f.Method}-{f.Baseline}").Order(StringComparer.Ordinal));
        string[] lines = ConsoleTable.Render(report).Split('\n');
        Assert.Contains(lines, l => l.StartsWith("sam rho=0.1 * ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("sam rho=0.2 ", StringComparison.Ordinal) && !l.Contains('*', StringComparison.Ordinal));
        Assert.Contains("student val %", ConsoleTable.Render(report), StringComparison.Ordinal);
        Assert.Contains("A star marks the variant", ConsoleTable.Render(report), StringComparison.Ordinal);
        Assert.DoesNotContain("student val %", ConsoleTable.Render(SampleReport.Create()), StringComparison.Ordinal);
    }

    [Fact]
    public void Headline_and_caveat_know_methods_whatever_their_variant()
    {
        ComparisonReport report = Sweep();
        TeacherRow[] rows = [.. report.Rows.Select(r => r.Method == "standard" ? r with { Variant = "temperature=2" } : r)];
        Assert.Equal("Against the standard teacher's student in top-1: sam rho=0.1 above.", Finding.Headline(Finding.All(rows)));
        Assert.Null(Finding.Caveat(Finding.All(rows)));
        TeacherRow[] broken =
            [.. rows.Select(r => r.Method == "none" ? r with { Seeds = [.. r.Seeds.Select(s => s with { StudentTop1 = 0.9 })] } : r)];
        Assert.StartsWith("The standard teacher's student does not beat the plain one", Finding.Caveat(Finding.All(broken)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_has_a_line_a_row_and_a_cell_a_column()
    {
        string[] lines = ConsoleTable.Markdown(Sweep()).TrimEnd('\n').Split('\n');
        Assert.Equal(2 + 4, lines.Length);
        Assert.All(lines, l => Assert.Equal(12, l.Count(c => c == '|')));
        Assert.StartsWith("| --- | ---: |", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_draws_a_method_in_one_colour_and_bars_of_the_chosen()
    {
        string page = HtmlReport.Render(Sweep());
        Assert.Contains("<span class=\"dot s2\"></span>sam rho=0.1 *", page, StringComparison.Ordinal);
        Assert.Contains("<span class=\"dot s2\"></span>sam rho=0.2<", page, StringComparison.Ordinal);
        Assert.DoesNotContain("sam rho=0.2: top-1", page, StringComparison.Ordinal);
        Assert.Contains("sam rho=0.1: top-1", page, StringComparison.Ordinal);
        Assert.Contains("sam rho=0.2, seed 1", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_teachers_are_compared_by_the_partial_correlation()
    {
        ComparisonReport report = SampleReport.Create();
        string text = ConsoleTable.Render(report);
        Assert.Contains("over 12 teachers at equal teacher top-1: Spearman's rho", text, StringComparison.Ordinal);
        Assert.Null((report with { Rows = [.. report.Rows.Take(2)] }).InformationAndStudentAtEqualTeacher);
    }

    private static ComparisonReport Sweep()
    {
        ComparisonReport report = SampleReport.Create();
        TeacherRow sam = report.Rows.Single(r => r.Method == "sam");
        TeacherRow[] rows =
        [
            report.Rows[0], report.Rows[1],
            sam with { Variant = "rho=0.1" },
            sam with
            {
                Variant = "rho=0.2",
                IsChosen = false,
                Seeds = [.. sam.Seeds.Select(s => s with { StudentTop1 = s.StudentTop1 - 0.2 })],
            },
        ];
        return report with
        {
            Rows =
            [.. rows.Select(r => r with { Seeds = [.. r.Seeds.Select(s => s with { StudentValidationTop1 = s.StudentTop1 })] })]
        };
    }
}

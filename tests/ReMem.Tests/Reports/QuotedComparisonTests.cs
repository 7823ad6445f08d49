using ReMem.Reports;
using ReMem.Runtime;

namespace ReMem.Tests.Reports;

public sealed class QuotedComparisonTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("remem-quoted-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_report_of_one_seed_shows_what_more_seeds_say()
    {
        ReportWriter.Write(SampleReport.Create(), _folder);
        QuotedComparison quoted = QuotedComparison.Read(Path.Combine(_folder, ReportWriter.JsonFile));
        ComparisonReport own = SampleReport.Create(seeds: 1) with { Quoted = quoted };

        string page = HtmlReport.Render(own);
        int section = page.IndexOf("<h2>Over 3 seeds</h2>", StringComparison.Ordinal);
        Assert.True(section > 0 && section < page.IndexOf("<h2>Teachers and their students</h2>", StringComparison.Ordinal));
        string shown = page[section..page.IndexOf("</section>", section, StringComparison.Ordinal)];
        Assert.Contains("60.5 ± 1.2", shown, StringComparison.Ordinal);
        Assert.Contains("Some CPU, commit abc, 2025-01-02.", shown, StringComparison.Ordinal);
        Assert.Contains(">higher</span>", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", shown, StringComparison.Ordinal);

        string text = ConsoleTable.Render(own);
        Assert.Contains("Measured before: ", text, StringComparison.Ordinal);
        Assert.Contains("60.5 ± 1.2", text, StringComparison.Ordinal);
        Assert.Contains(quoted.Findings.First(f => f.Verdict == Verdict.Higher).Sentence, text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_quoted_rows_are_kept_in_report_json()
    {
        ReportWriter.Write(SampleReport.Create(), _folder);
        QuotedComparison quoted = QuotedComparison.Read(Path.Combine(_folder, ReportWriter.JsonFile));
        ReportWriter.Write(SampleReport.Create(seeds: 1) with { Quoted = quoted }, _folder);
        Assert.Equal(quoted.Findings, ReportWriter.Read(_folder).Quoted!.Findings);
    }

    [Theory]
    [InlineData(null, "missing")]
    [InlineData("{}", "report.json")]
    [InlineData("no report", "report.json")]
    public void What_is_no_report_is_refused(string? content, string said)
    {
        string path = Path.Combine(_folder, "report.json");
        if (content is not null)
            File.WriteAllText(path, content);
        InputException error = Assert.Throws<InputException>(() => QuotedComparison.Read(path));
        Assert.Contains(said, error.Message + error.Where + error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_without_scores_is_refused()
    {
        ReportWriter.Write(SampleReport.Create(), _folder);
        string path = Path.Combine(_folder, ReportWriter.JsonFile);
        ComparisonReport report = Json.ReadFile<ComparisonReport>(path);
        File.WriteAllText(path, Json.Serialize(report with { Rows = [] }));
        Assert.Contains("no scores", Assert.Throws<InputException>(() => QuotedComparison.Read(path)).Message, StringComparison.Ordinal);
    }
}

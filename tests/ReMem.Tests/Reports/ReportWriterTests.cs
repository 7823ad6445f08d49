using System.Text.Json;
using ReMem.Reports;
using ReMem.Runtime;

namespace ReMem.Tests.Reports;

public sealed class ReportWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_json_reads_back_as_the_same_report()
    {
        ComparisonReport report = SampleReport.Create();
        ReportWriter.Write(report, _folder.Path);
        ComparisonReport back = ReportWriter.Read(_folder.Path);
        Assert.Equal(Json.Serialize(report), Json.Serialize(back));
        Assert.Equal(report.Environment, back.Environment);
        Assert.Equal(report.Rows[2].Seeds[1], back.Rows[2].Seeds[1]);
        Assert.Equal(HtmlReport.Render(report), File.ReadAllText(_folder.File("report.html")));
    }

    [Fact]
    public void The_json_has_snake_case_names_the_summary_and_the_verdicts()
    {
        ReportWriter.Write(SampleReport.Create(), _folder.Path);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder.File("report.json")));
        JsonElement root = json.RootElement;
        Assert.Equal(0.0854,
            root.GetProperty("rows")[1].GetProperty("seeds")[0].GetProperty("information_logits").GetProperty("mean").GetDouble());
        Assert.Equal("standard", root.GetProperty("summary")[1].GetProperty("method").GetString());
        JsonElement finding = root.GetProperty("findings")[0];
        Assert.Equal("higher", finding.GetProperty("verdict").GetString());
        Assert.Contains("sam against standard", finding.GetProperty("sentence").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, root.GetProperty("rows")[0].GetProperty("seeds")[0].GetProperty("teacher_top1").ValueKind);
    }

    [Fact]
    public void What_is_no_number_is_null()
    {
        ComparisonReport report = SampleReport.Create(seeds: 1);
        TeacherRow row = report.Rows[0] with { Seeds = [report.Rows[0].Seeds[0] with { Ece = double.NaN }] };
        ReportWriter.Write(report with { Rows = [row] }, _folder.Path);
        Assert.DoesNotContain("NaN", File.ReadAllText(_folder.File("report.json")), StringComparison.Ordinal);
        Assert.True(double.IsNaN(ReportWriter.Read(_folder.Path).Rows[0].Seeds[0].Ece));
    }

    [Fact]
    public void A_folder_without_a_report_and_a_damaged_report_are_input_errors()
    {
        Assert.Throws<InputException>(() => ReportWriter.Read(_folder.Path));
        File.WriteAllText(_folder.File("report.json"), "{ \"title\": 3 }");
        Assert.Contains("report.json", Assert.Throws<InputException>(() => ReportWriter.Read(_folder.Path)).Where,
            StringComparison.Ordinal);
    }
}

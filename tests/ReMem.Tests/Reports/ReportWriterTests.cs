using System.Text.Json;
using ReMem.Reports;
using ReMem.Runtime;

namespace ReMem.Tests.Reports;

public sealed class ReportWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("remem-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_json_reads_back_as_the_same_report()
    {
        ComparisonReport report = SampleReport.Create();
        ReportWriter.Write(report, _folder);
        ComparisonReport back = ReportWriter.Read(_folder);
        Assert.Equal(Json.Serialize(report), Json.Serialize(back));
        Assert.Equal(report.Environment, back.Environment);
        Assert.Equal(report.Rows[2].Seeds[1], back.Rows[2].Seeds[1]);
        Assert.Equal(HtmlReport.Render(report), File.ReadAllText(Path.Combine(_folder, "report.html")));
    }

    [Fact]
    public void The_json_has_snake_case_names_the_summary_and_the_verdicts()
    {
        ReportWriter.Write(SampleReport.Create(), _folder);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "report.json")));
        JsonElement root = json.RootElement;
        Assert.Equal(0.0854, root.GetProperty("rows")[1].GetProperty("seeds")[0].GetProperty("information_logits").GetProperty("mean").GetDouble());
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
        ReportWriter.Write(report with { Rows = [row] }, _folder);
        Assert.DoesNotContain("NaN", File.ReadAllText(Path.Combine(_folder, "report.json")), StringComparison.Ordinal);
        Assert.True(double.IsNaN(ReportWriter.Read(_folder).Rows[0].Seeds[0].Ece));
    }

    [Fact]
    public void A_folder_without_a_report_and_a_damaged_report_are_input_errors()
    {
        Assert.Throws<InputException>(() => ReportWriter.Read(_folder));
        File.WriteAllText(Path.Combine(_folder, "report.json"), "{ \"title\": 3 }");
        Assert.Contains("report.json", Assert.Throws<InputException>(() => ReportWriter.Read(_folder)).Where, StringComparison.Ordinal);
    }
}

using ReMem.Evaluation;
using ReMem.Evaluation.Latency;
using ReMem.Reports;
using ReMem.Teachers;

namespace ReMem.Recipes.Fit;

/// <summary>The model that was fitted.</summary>
/// <param name="File">The ONNX file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Method">The method of its teacher; "none" learned from labels alone.</param>
/// <param name="Scores">The file's scores on test.</param>
/// <param name="Interval">95 % interval of its top-1 (Wilson's).</param>
/// <param name="LabelsAlone">Test top-1 of the student of labels alone.</param>
/// <param name="Teacher">Test top-1 of the method's teacher; null without a teacher.</param>
/// <param name="Latency">Milliseconds of one image, by threads.</param>
/// <param name="Report">The report of the run.</param>
internal sealed record FitResult(
    string File, long Bytes, string Method, ExportedScores Scores, (double Low, double High) Interval, double? LabelsAlone,
    double? Teacher, IReadOnlyList<LatencyRow> Latency, string Report)
{
    /// <summary>
    /// The same model in float32, float16 and int8, paths relative to the report's folder; empty where they were not asked for.
    /// </summary>
    public IReadOnlyList<ExportedForm> Forms { get; init; } = [];

    /// <summary>Collects the result of a run whose file passed its check.</summary>
    /// <param name="report">The run's.</param>
    /// <param name="folder">The run's folder.</param>
    public static FitResult Of(ComparisonReport report, string folder)
    {
        OnnxSection onnx = report.Onnx!;
        ExportedScores scores = onnx.FileScores!;
        return new FitResult(
            Path.GetFullPath(Path.Combine(folder, onnx.Path)), onnx.Bytes!.Value, onnx.Method, scores,
            ShareInterval.Wilson(scores.Top1, scores.Images),
            report.AtExportedSeed(TeacherMethod.None.Name)?.StudentTop1, report.AtExportedSeed(onnx.Method)?.TeacherTop1, onnx.Latency,
            Path.GetFullPath(Path.Combine(folder, ReportWriter.HtmlFile)))
        {
            Forms = onnx.Forms,
        };
    }
}

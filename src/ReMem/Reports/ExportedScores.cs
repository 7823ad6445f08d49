using ReMem.Evaluation;

namespace ReMem.Reports;

/// <summary>Scores of the exported student on test, as shares in [0, 1].</summary>
/// <param name="Images">Number of images, the whole split.</param>
/// <param name="Top1">Share with the label as top class.</param>
/// <param name="Balanced">Mean recall over the classes.</param>
/// <param name="Top5">Share with the label among the top five classes.</param>
/// <param name="Ece">Expected calibration error.</param>
internal sealed record ExportedScores(int Images, double Top1, double Balanced, double Top5, double Ece)
{
    /// <summary>Takes them from a model's or a file's metrics.</summary>
    internal static ExportedScores? Of(ClassificationMetrics? m) =>
        m is null ? null : new(m.Count, m.Top1, m.BalancedAccuracy, m.Top5, m.ExpectedCalibrationError);
}

using ReMem.Evaluation;

namespace ReMem.Reports;

/// <summary>Scores of the exported student on test, as shares in [0, 1].</summary>
/// <param name="Images">How many images, all of the split.</param>
/// <param name="Top1">The best class is the label's.</param>
/// <param name="Balanced">Mean recall over the classes.</param>
/// <param name="Top5">The label is among the five best.</param>
/// <param name="Ece">Expected calibration error.</param>
internal sealed record ExportedScores(int Images, double Top1, double Balanced, double Top5, double Ece)
{
    /// <summary>Of a model's or a file's metrics.</summary>
    internal static ExportedScores? Of(ClassificationMetrics? m) =>
        m is null ? null : new(m.Count, m.Top1, m.BalancedAccuracy, m.Top5, m.ExpectedCalibrationError);
}

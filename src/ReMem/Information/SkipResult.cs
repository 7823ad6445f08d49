using ReMem.Evaluation;

namespace ReMem.Information;

/// <summary>What changes when some halves are skipped.</summary>
/// <param name="Information">I_hat of the pooled feature without them.</param>
/// <param name="Lost">
/// What they lose: that less the whole model's, so that above 0 the feature would keep more without them. The interval is over decoder seeds, paired.
/// </param>
/// <param name="Verdict">Of I_hat without them against I_hat with them: "higher", "lower", or "inconclusive" where intervals overlap.</param>
/// <param name="Accuracy">Share of test images that are right without them; the interval is over images.</param>
/// <param name="AccuracyChange">That less the whole model's, paired by image.</param>
internal sealed record SkipResult(InformationResult Information, Interval Lost, string Verdict, Interval Accuracy, Interval AccuracyChange);

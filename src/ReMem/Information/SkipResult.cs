using ReMem.Evaluation;

namespace ReMem.Information;

/// <summary>The effect of skipping some sub-blocks.</summary>
/// <param name="Information">I_hat of the pooled feature without them.</param>
/// <param name="Lost">
/// The information that they lose: that minus the whole model's; above 0, the feature would keep more without them. The interval is over
/// decoder seeds, paired.
/// </param>
/// <param name="Verdict">Of I_hat without them against I_hat with them: "higher", "lower",
/// or "inconclusive" where intervals overlap.</param>
/// <param name="Accuracy">Accuracy on test images without them; the interval is over images.</param>
/// <param name="AccuracyChange">That minus the whole model's, paired by image.</param>
internal sealed record SkipResult(InformationResult Information, Interval Lost, string Verdict, Interval Accuracy, Interval AccuracyChange);

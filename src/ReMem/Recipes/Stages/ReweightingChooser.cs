using System.Globalization;
using ReMem.Evaluation;
using ReMem.Teachers;

namespace ReMem.Recipes.Stages;

/// <summary>
/// Chooses a reweighting from short fine-tunings: the policy with the highest I_hat of the logits, among those whose accuracy is at least
/// the plain model's minus the standard error of its validation accuracy, and only where the difference exceeds the meter's interval. Test
/// images are not used.
/// </summary>
internal static class ReweightingChooser
{
    /// <summary>Chooses a policy.</summary>
    /// <param name="trials">The plain model first, then the others.</param>
    /// <param name="validation">Number of images of the accuracies.</param>
    /// <param name="epochs">Length of the trials.</param>
    public static ReweightingChoice Choose(IReadOnlyList<ReweightingTrial> trials, int validation, int epochs)
    {
        ReweightingTrial plain = trials[0];
        double error = Math.Sqrt(plain.ValidationTop1 * (1 - plain.ValidationTop1) / validation);
        ReweightingTrial[] accurate = [.. trials.Skip(1).Where(t => t.ValidationTop1 >= plain.ValidationTop1 - error)];
        ReweightingTrial? best = accurate.MaxBy(t => t.Information.Mean);
        string limit = FormattableString.Invariant(
            $"{100 * (plain.ValidationTop1 - error):0.0} % (the plain model's {100 * plain.ValidationTop1:0.0} % less its standard error)");
        if (best is null)
            return new ReweightingChoice(plain.Policy, $"none was chosen: no reweighting reached {limit} on validation.", epochs, trials);
        string kept = FormattableString.Invariant(
            $"I_hat {Text(best.Information)} against the plain model's {Text(plain.Information)} nats per channel");
        return best.Information.Mean > plain.Information.Mean && !best.Information.Overlaps(plain.Information)
            ? new ReweightingChoice(
                best.Policy,
                string.Create(CultureInfo.InvariantCulture,
                    $"{best.Policy} was chosen: it keeps most of the {accurate.Length} that reach {limit} on validation, {kept}, at "
                        + $"{100 * best.ValidationTop1:0.0} %."),
                epochs,
                trials)
            : new ReweightingChoice(plain.Policy, $"none was chosen: the best other, {best.Policy}, keeps no more beyond noise, {kept}.",
                epochs, trials);
    }

    /// <summary>A policy as a folder name.</summary>
    public static string FolderName(ReweightingPolicy policy) =>
        policy.ToString()!.Replace('(', '-').Replace(',', '-').Replace(")", string.Empty, StringComparison.Ordinal);

    private static string Text(Interval interval) =>
        FormattableString.Invariant($"{interval.Mean:0.0000} ± {interval.HalfWidth ?? 0:0.0000}");
}

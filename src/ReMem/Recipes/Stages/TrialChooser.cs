using System.Globalization;
using ReMem.Evaluation;

namespace ReMem.Recipes.Stages;

/// <summary>
/// Chooses a teacher from several: the one with the highest I_hat of the logits, among those whose accuracy is at least
/// the plain model's minus the standard error of its validation accuracy, and only where the difference exceeds the meter's interval. Test
/// images are not used.
/// </summary>
internal static class TrialChooser
{
    /// <summary>Chooses a policy.</summary>
    /// <param name="trials">The plain model first, then the others.</param>
    /// <param name="validation">Number of images of the accuracies.</param>
    /// <param name="epochs">Length of the trials.</param>
    public static TeacherChoice Choose(IReadOnlyList<TeacherTrial> trials, int validation, int epochs)
    {
        TeacherTrial plain = trials[0];
        double error = Math.Sqrt(plain.ValidationTop1 * (1 - plain.ValidationTop1) / validation);
        TeacherTrial[] accurate = [.. trials.Skip(1).Where(t => t.ValidationTop1 >= plain.ValidationTop1 - error)];
        TeacherTrial? best = accurate.MaxBy(t => t.Information.Mean);
        string limit = FormattableString.Invariant(
            $"{100 * (plain.ValidationTop1 - error):0.0} % (the plain model's {100 * plain.ValidationTop1:0.0} % less its standard error)");
        if (best is null)
            return new TeacherChoice(plain.Policy, $"none was chosen: no other reached {limit} on validation.", epochs, trials);
        string kept = FormattableString.Invariant(
            $"I_hat {Text(best.Information)} against the plain model's {Text(plain.Information)} nats per channel");
        return best.Information.Mean > plain.Information.Mean && !best.Information.Overlaps(plain.Information)
            ? new TeacherChoice(
                best.Policy,
                string.Create(CultureInfo.InvariantCulture,
                    $"{best.Policy} was chosen: it keeps most of the {accurate.Length} that reach {limit} on validation, {kept}, at "
                        + $"{100 * best.ValidationTop1:0.0} %."),
                epochs,
                trials)
            : new TeacherChoice(plain.Policy, $"none was chosen: the best other, {best.Policy}, keeps no more beyond noise, {kept}.",
                epochs, trials);
    }

    private static string Text(Interval interval) =>
        FormattableString.Invariant($"{interval.Mean:0.0000} ± {interval.HalfWidth ?? 0:0.0000}");
}

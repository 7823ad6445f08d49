using System.Globalization;
using ReMem.Runtime;
using ReMem.Training;

namespace ReMem.Distillation.Losses;

/// <summary>The weight of a term: from one number at the first step of a training to another at the last.</summary>
/// <param name="Curve">How it goes between them.</param>
/// <param name="Start">At the first step.</param>
/// <param name="End">At the last.</param>
internal sealed record TermWeight(string Curve, double Start, double End)
{
    private static readonly CallReader<TermWeight> Reader = new(
        "schedule of a weight",
        "kl + linear(1,0)*hint",
        [.. SettingSchedule.Curves.Select(curve => new CallShape<TermWeight>(
            curve, $"{curve} from one weight to another", [Side("first"), Side("last")], n => new TermWeight(curve, n[0], n[1])))])
    {
        Refusal = (_, given) => NoNumber(given),
    };

    /// <summary>The same throughout.</summary>
    public static TermWeight Constant(double value) => new(SettingSchedule.Curves[0], value, value);

    /// <summary>Reads a number, or linear(a,b) or cosine(a,b): a at the first step of a training, b at the last.</summary>
    /// <exception cref="InputException">It is neither.</exception>
    public static TermWeight Parse(string text, string where)
    {
        if (CallForm.TryRead(text) is { Arguments.Count: > 0 } form)
        {
            return form.Arguments.Count == 2 || !SettingSchedule.Curves.Contains(form.Name)
                ? Reader.Read(text, where)
                : throw new InputException($"'{text}' is no schedule from one weight to another.", where,
                    "For example kl + linear(1,0)*hint.");
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && number is >= 0 and <= LossTerms.MaxNumber
            ? Constant(number)
            : throw new InputException(NoNumber(text), where, "For example kl + 0.5*rkd(25,50).");
    }

    /// <summary>Says that a text is none of a term's numbers.</summary>
    public static string NoNumber(string given) =>
        FormattableString.Invariant($"In the objective, '{given.Trim()}' is no number of 0 to {LossTerms.MaxNumber}.");

    /// <summary>The weight at a point of the training, 0 to 1.</summary>
    public double At(double progress) => SettingSchedule.Along(Curve, Start, End, progress);

    private static CallArgument Side(string name) => new(name, 0, LossTerms.MaxNumber);
}

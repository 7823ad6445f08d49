using System.Text.RegularExpressions;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Losses;

/// <summary>
/// The teacher's part of a student's loss: a sum of terms, read from a text such as "kl", "dkd(1,8)", "kl + 0.5*rkd(25,50)" or "kl +
/// linear(1,0)*hint". The terms and their sources are listed in docs/distillation.md.
/// </summary>
internal sealed partial class DistillationObjective : ISettingText
{
    private const string Where = "student.distillation.objective";
    private const string Example = "kl + 0.5*rkd(25,50)";

    private static readonly CallReader<(LossTerm Term, IReadOnlyList<double> Arguments)> Terms = new(
        "distillation term",
        Example,
        [.. LossTerms.All.Select(term => new CallShape<(LossTerm, IReadOnlyList<double>)>(term.Name, term.Description, term.Arguments,
            n => (term, n)) { AllOrNone = true })])
    {
        Refusal = (_, given) => TermWeight.NoNumber(given),
    };

    private readonly Term[] _terms;
    private readonly string _text;

    private DistillationObjective(Term[] terms, string text)
    {
        _terms = terms;
        _text = text;
    }

    /// <inheritdoc/>
    public static IReadOnlyList<SettingForm> Forms => Terms.Forms;

    /// <summary>Whether a term compares pooled features, so that the teacher's have to be kept too.</summary>
    public bool NeedsFeatures => _terms.Any(t => t.Loss.NeedsFeatures);

    /// <summary>Whether a term compares features number by number, so that a narrower or wider student needs a projection.</summary>
    public bool NeedsSameWidth => _terms.Any(t => t.Loss.NeedsSameWidth);

    /// <summary>Whether a term compares patch tokens position by position.</summary>
    public bool NeedsTokens => _terms.Any(t => t.Loss.NeedsTokens);

    /// <summary>Whether a term compares what the last blocks attend to.</summary>
    public bool NeedsAttention => _terms.Any(t => t.Loss.NeedsAttention);

    /// <summary>Whether a term compares places of an image, whose outputs are large.</summary>
    internal bool NeedsMaps => NeedsTokens || NeedsAttention;

    /// <summary>Whether a term treats the label's class apart, which mixed images have no single one of.</summary>
    public bool NeedsLabels => _terms.Any(t => t.Loss.NeedsLabels);

    /// <summary>Reads a sum of terms "weight*name(arguments)"; weight and arguments may be left out.</summary>
    /// <exception cref="InputException">A term is unknown, or a number is missing or negative.</exception>
    public static DistillationObjective Parse(string text, string where = Where)
    {
        Term[] terms = [.. text.Split('+').Select(part => ParseTerm(part.Trim(), text, where))];
        return new DistillationObjective(terms, text);
    }

    /// <inheritdoc/>
    public static void RequireReadable(string text, string where) => Parse(text, where);

    /// <summary>The weighted sum of the terms, a scalar.</summary>
    /// <param name="student">With gradient.</param>
    /// <param name="teacher">Without.</param>
    /// <param name="labels">int64 [B].</param>
    /// <param name="temperature">Softens the logits of all terms that soften.</param>
    /// <param name="progress">Where in the training it is, 0 at the first step to 1 at the last, for weights that change.</param>
    public Tensor Loss(BatchOutputs student, BatchOutputs teacher, Tensor labels, double temperature, double progress = 1) =>
        Loss([(student, teacher)], labels, temperature, progress);

    /// <summary>
    /// The weighted sum of the terms for a student and each of its teachers, a scalar: terms of logits compare the first pair, which has
    /// the logits of all teachers; terms of features are the mean over the pairs.
    /// </summary>
    /// <param name="pairs">The student in a form that a teacher has too, and that teacher.</param>
    /// <param name="labels">int64 [B].</param>
    /// <param name="temperature">Softens the logits of all terms that soften.</param>
    /// <param name="progress">Where in the training it is.</param>
    internal Tensor Loss(IReadOnlyList<(BatchOutputs Student, BatchOutputs Teacher)> pairs, Tensor labels, double temperature,
        double progress)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? sum = null;
        foreach (Term term in _terms)
        {
            int count = term.Loss.ComparesFeatures ? pairs.Count : 1;
            using Scalar weight = term.Weight.At(progress) / count;
            Tensor part = term.Loss.Compute(pairs[0].Student, pairs[0].Teacher, labels, temperature, term.Arguments);
            for (int i = 1; i < count; i++)
                part = part.Plus(term.Loss.Compute(pairs[i].Student, pairs[i].Teacher, labels, temperature, term.Arguments));
            part *= weight;
            sum = sum is null ? part : sum.Plus(part);
        }

        return sum!.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static Term ParseTerm(string part, string text, string where)
    {
        Match match = TermForm().Match(part);
        if (!match.Success || !Terms.Fits(match.Groups["loss"].Value))
            throw new InputException($"The objective '{text}' cannot be read.", where,
                $"Write a sum of {string.Join(", ", Forms)}; for example {Example}.");
        TermWeight weight = match.Groups["weight"].Success ? TermWeight.Parse(match.Groups["weight"].Value, where) : TermWeight.Constant(1);
        (LossTerm loss, IReadOnlyList<double> arguments) = Terms.Read(match.Groups["loss"].Value, where);
        return new Term(weight, loss, arguments);
    }

    [GeneratedRegex(@"^(?:(?<weight>[^*()\s]+(?:\([^()]*\))?)\s*\*\s*)?(?<loss>[a-z_]+\s*(?:\([^()]*\))?)$")]
    private static partial Regex TermForm();

    private sealed record Term(TermWeight Weight, LossTerm Loss, IReadOnlyList<double> Arguments);
}

using System.Globalization;
using System.Text.RegularExpressions;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Losses;

/// <summary>
/// The teacher's part of a student's loss: a sum of terms, read from a text such as "kl", "dkd(1,8)", "kl + 0.5*rkd(25,50)" or "kl + linear(1,0)*hint". The terms and their
/// sources are listed in docs/distillation.md.
/// </summary>
internal sealed partial class DistillationObjective
{
    private static readonly Dictionary<string, Form> Forms = new(StringComparer.Ordinal)
    {
        ["kl"] = new([], false, (s, t, _, temperature, _) => DistillationLoss.KullbackLeibler(s.Logits, t.Logits, temperature)),
        ["hard"] = new([], false, (s, t, _, _, _) => DistillationLoss.Hard(s.Logits, t.Logits)),
        ["standardized"] = new([], false, (s, t, _, temperature, _) => Standardized(s.Logits, t.Logits, temperature)),
        ["dkd"] = new([1, 8], false, (s, t, labels, temperature, a) => DistillationLoss.Decoupled(s.Logits, t.Logits, labels, temperature, a[0], a[1]), NeedsLabels: true),
        ["dist"] = new([1, 1], false, (s, t, _, temperature, a) => DistillationLoss.Correlation(s.Logits, t.Logits, temperature, a[0], a[1])),
        ["rkd"] = new([25, 50], true, (s, t, _, _, a) => Relational(s.Features!, t.Features!, a[0], a[1])),
        ["hint"] = new([], true, (s, t, _, _, _) => FeatureLoss.Hint(s.Features!, t.Features!), NeedsSameWidth: true),
        ["cosine"] = new([], true, (s, t, _, _, _) => FeatureLoss.Cosine(s.Features!, t.Features!), NeedsSameWidth: true),
        ["tokens"] = new([], false, (s, t, _, _, _) => TokenLoss.Tokens(s.Tokens!, t.Tokens!), NeedsTokens: true),
        ["attention"] = new([1, 1], false, (s, t, _, _, a) => TokenLoss.Attention(s.Attention!, t.Attention!, a[0], a[1]), NeedsAttention: true),
    };

    private readonly Term[] _terms;
    private readonly string _text;

    private DistillationObjective(Term[] terms, string text)
    {
        _terms = terms;
        _text = text;
    }

    /// <summary>The names of the terms.</summary>
    public static IReadOnlyList<string> TermNames { get; } = [.. Forms.Keys];

    /// <summary>Whether a term compares pooled features, so that the teacher's have to be kept too.</summary>
    public bool NeedsFeatures => _terms.Any(t => t.Form.NeedsFeatures);

    /// <summary>Whether a term compares features number by number, so that a narrower or wider student needs a projection.</summary>
    public bool NeedsSameWidth => _terms.Any(t => t.Form.NeedsSameWidth);

    /// <summary>Whether a term compares patch tokens position by position.</summary>
    public bool NeedsTokens => _terms.Any(t => t.Form.NeedsTokens);

    /// <summary>Whether a term compares what the last blocks attend to.</summary>
    public bool NeedsAttention => _terms.Any(t => t.Form.NeedsAttention);

    /// <summary>Whether a term compares places of an image, whose outputs are large.</summary>
    internal bool NeedsMaps => NeedsTokens || NeedsAttention;

    /// <summary>Whether a term treats the label's class apart, which mixed images have no single one of.</summary>
    public bool NeedsLabels => _terms.Any(t => t.Form.NeedsLabels);

    /// <summary>Reads a sum of terms "weight*name(arguments)"; weight and arguments may be left out.</summary>
    /// <remarks>A weight is a number, or linear(a,b) or cosine(a,b): a at the first step of a training, b at the last.</remarks>
    /// <exception cref="InputException">A term is unknown, or a number is missing or negative.</exception>
    public static DistillationObjective Parse(string text)
    {
        Term[] terms = [.. text.Split('+').Select(part => ParseTerm(part.Trim(), text))];
        return new DistillationObjective(terms, text);
    }

    /// <summary>The weighted sum of the terms, a scalar.</summary>
    /// <param name="student">With gradient.</param>
    /// <param name="teacher">Without.</param>
    /// <param name="labels">int64 [B].</param>
    /// <param name="temperature">Softens the logits of all terms that soften.</param>
    /// <param name="progress">Where in the training it is, 0 at the first step to 1 at the last, for weights that change.</param>
    public Tensor Loss(BatchOutputs student, BatchOutputs teacher, Tensor labels, double temperature, double progress = 1) =>
        Loss([(student, teacher)], labels, temperature, progress);

    /// <summary>As above, of a student and each of its teachers: terms of logits compare the first pair, which has the logits of all teachers; terms of features are the mean over the pairs.</summary>
    /// <param name="pairs">The student in a form that a teacher has too, and that teacher.</param>
    /// <param name="labels">int64 [B].</param>
    /// <param name="temperature">Softens the logits of all terms that soften.</param>
    /// <param name="progress">Where in the training it is.</param>
    internal Tensor Loss(IReadOnlyList<(BatchOutputs Student, BatchOutputs Teacher)> pairs, Tensor labels, double temperature, double progress)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? sum = null;
        foreach (Term term in _terms)
        {
            int count = term.Form.ComparesFeatures ? pairs.Count : 1;
            using Scalar weight = term.Weight.At(progress) / count;
            Tensor part = term.Form.Compute(pairs[0].Student, pairs[0].Teacher, labels, temperature, term.Arguments);
            for (int i = 1; i < count; i++)
                part = part.Plus(term.Form.Compute(pairs[i].Student, pairs[i].Teacher, labels, temperature, term.Arguments));
            part *= weight;
            sum = sum is null ? part : sum.Plus(part);
        }

        return sum!.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static Term ParseTerm(string part, string text)
    {
        Match match = TermForm().Match(part);
        if (!match.Success)
            throw Unreadable(text);
        string name = match.Groups["name"].Value;
        if (!Forms.TryGetValue(name, out Form? form))
            throw Nearest.Unknown("distillation term", name, [.. Forms.Keys], Where);
        TermWeight weight = match.Groups["weight"].Success ? ReadWeight(match.Groups["weight"].Value, text) : TermWeight.Constant(1);
        if (!match.Groups["arguments"].Success)
            return new Term(weight, form, form.Defaults);
        double[] arguments = [.. match.Groups["arguments"].Value.Split(',').Select(a => Number(a, text))];
        return arguments.Length == form.Defaults.Count ? new Term(weight, form, arguments) : throw Unreadable(text);
    }

    private static TermWeight ReadWeight(string value, string text)
    {
        if (CallForm.TryRead(value) is not { Arguments.Count: > 0 } form)
            return TermWeight.Constant(Number(value, text));
        if (!SettingSchedule.Curves.Contains(form.Name))
            throw Nearest.Unknown("schedule of a weight", form.Name, SettingSchedule.Curves, Where);
        return form.Arguments.Count == 2
            ? new TermWeight(form.Name, Number(form.Arguments[0], text), Number(form.Arguments[1], text))
            : throw new InputException($"In the objective '{text}', '{value}' is no schedule from one weight to another.", Where, "For example kl + linear(1,0)*hint.");
    }

    private const string Where = "student.distillation.objective";

    private static double Number(string value, string text) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number is >= 0 and <= 1e6
            ? number
            : throw new InputException($"In the objective '{text}', '{value.Trim()}' is no number of 0 to 1000000.", Where, "For example kl + 0.5*rkd(25,50).");

    private static InputException Unreadable(string text) => new(
        $"The objective '{text}' cannot be read.",
        Where,
        $"Write a sum of {string.Join(", ", Forms.Select(f => f.Value.Defaults.Count == 0 ? f.Key : $"{f.Key}({string.Join(',', f.Value.Defaults)})"))}; for example kl + 0.5*rkd(25,50).");

    private static Tensor Standardized(Tensor student, Tensor teacher, double temperature)
    {
        using Tensor s = DistillationLoss.Standardize(student), t = DistillationLoss.Standardize(teacher);
        return DistillationLoss.KullbackLeibler(s, t, temperature);
    }

    private static Tensor Relational(Tensor student, Tensor teacher, double distance, double angle)
    {
        using Scalar first = distance, second = angle;
        return (FeatureLoss.RelationalDistance(student, teacher) * first).Plus(FeatureLoss.RelationalAngle(student, teacher) * second);
    }

    [GeneratedRegex(@"^(?:(?<weight>[^*()\s]+(?:\([^()]*\))?)\s*\*\s*)?(?<name>[a-z_]+)\s*(?:\((?<arguments>[^()]*)\))?$")]
    private static partial Regex TermForm();

    private delegate Tensor Compute(BatchOutputs student, BatchOutputs teacher, Tensor labels, double temperature, IReadOnlyList<double> arguments);

    private sealed record Form(
        IReadOnlyList<double> Defaults, bool NeedsFeatures, Compute Compute, bool NeedsSameWidth = false, bool NeedsLabels = false, bool NeedsTokens = false, bool NeedsAttention = false)
    {
        public bool ComparesFeatures => NeedsFeatures || NeedsTokens || NeedsAttention;
    }

    private sealed record Term(TermWeight Weight, Form Form, IReadOnlyList<double> Arguments);

    /// <summary>From one number at the first step to another at the last.</summary>
    private sealed record TermWeight(string Curve, double Start, double End)
    {
        public static TermWeight Constant(double value) => new(SettingSchedule.Curves[0], value, value);

        public double At(double progress) => SettingSchedule.Along(Curve, Start, End, progress);
    }
}

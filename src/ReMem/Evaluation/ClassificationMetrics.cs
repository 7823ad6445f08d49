using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Evaluation;

/// <summary>A classifier's scores on a split, as shares in [0, 1].</summary>
/// <param name="Count">Samples.</param>
/// <param name="Top1">The largest logit is the label's.</param>
/// <param name="Top5">The label is among the five largest logits (or all, with fewer classes).</param>
/// <param name="BalancedAccuracy">Mean recall over the classes that have samples.</param>
/// <param name="ExpectedCalibrationError">15 equal bins of confidence (Guo 2017).</param>
/// <param name="NegativeLogLikelihood">Mean cross-entropy, nats.</param>
/// <param name="PerClass">In index order.</param>
public sealed record ClassificationMetrics(
    int Count,
    double Top1,
    double Top5,
    double BalancedAccuracy,
    double ExpectedCalibrationError,
    double NegativeLogLikelihood,
    IReadOnlyList<ClassScore> PerClass)
{
    private const int Bins = 15;

    /// <summary>Classes without a sample: their recall is undefined, and macro averages leave them out.</summary>
    public IReadOnlyList<string> AbsentClasses => [.. PerClass.Where(score => score.Count == 0).Select(score => score.Name)];

    /// <summary>Mean F1 over the classes that have samples.</summary>
    public double MacroF1 => PerClass.Where(score => score.Count > 0).Average(score => score.F1);

    /// <summary>Scores logits. Equal logits rank in class order, so that a constant model does not gain from ties.</summary>
    /// <param name="logits">float [N, C].</param>
    /// <param name="labels">int64 [N], 0 to C - 1.</param>
    /// <param name="classes">C names.</param>
    /// <exception cref="InputException">There is no sample, or a logit is not finite.</exception>
    /// <exception cref="ArgumentException">Shapes or labels do not fit the classes.</exception>
    public static ClassificationMetrics From(Tensor logits, Tensor labels, IReadOnlyList<string> classes)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Tensor scores = logits.cpu().to(ScalarType.Float64);
        Tensor targets = labels.cpu().to(ScalarType.Int64);
        Require(scores, targets, classes.Count);
        Tensor column = targets.unsqueeze(1);
        Tensor own = scores.gather(1, column);
        Tensor rank = scores.gt(own).logical_or(scores.eq(own).logical_and(TensorMath.Numbers(classes.Count).lt(column))).sum(1);
        (Tensor confidence, _) = scores.softmax(1).max(1);
        long[] truth = targets.data<long>().ToArray();
        long[] given = scores.argmax(1).data<long>().ToArray();
        ClassScore[] perClass = PerClassScores(truth, given, classes);
        return new ClassificationMetrics(
            truth.Length,
            Share(rank.Below(1)),
            Share(rank.Below(5)),
            perClass.Where(score => score.Count > 0).Average(score => score.Recall),
            CalibrationError(truth, given, confidence.data<double>().ToArray()),
            nn.functional.cross_entropy(scores, targets).item<double>(),
            perClass);
    }

    private static void Require(Tensor logits, Tensor labels, int classes)
    {
        if (logits.dim() != 2 || labels.dim() != 1 || logits.shape[0] != labels.shape[0] || logits.shape[1] != classes)
            throw new ArgumentException(
                $"Logits [{string.Join(", ", logits.shape)}] and labels [{string.Join(", ", labels.shape)}] do not fit {classes} classes.");
        if (logits.shape[0] == 0)
            throw new InputException("There is no image to score.", "evaluation", "Choose a split that has images.");
        if (labels.Below(0).logical_or(labels.Below(classes).logical_not()).any().item<bool>())
            throw new ArgumentException($"A label is not between 0 and {classes - 1}.", nameof(labels));
        // Nothing is larger than NaN: without this check, every label of a diverged model would be in the top five.
        if (!logits.isfinite().all().item<bool>())
            throw new InputException("The model's logits hold NaN or infinity.", "evaluation",
                "The model is broken; train it again with a lower learning rate.");
    }

    private static double Share(Tensor holds) => holds.to(ScalarType.Float64).mean().item<double>();

    private static ClassScore[] PerClassScores(long[] truth, long[] given, IReadOnlyList<string> classes)
    {
        var samples = new int[classes.Count];
        var answers = new int[classes.Count];
        var right = new int[classes.Count];
        foreach ((long label, long answer) in truth.Zip(given))
        {
            samples[label]++;
            answers[answer]++;
            right[label] += label == answer ? 1 : 0;
        }

        // 0 / 0 is NaN: undefined, not bad.
        return [.. classes.Select((name, c) => new ClassScore(
            name, samples[c], (double)right[c] / samples[c], (double)right[c] / answers[c], 2.0 * right[c] / (samples[c] + answers[c])))];
    }

    private static double CalibrationError(long[] truth, long[] given, double[] confidence)
    {
        var bins = Enumerable.Range(0, truth.Length).GroupBy(i => Math.Min(Bins - 1, (int)(confidence[i] * Bins)));
        return bins.Sum(bin => Math.Abs(bin.Count(i => truth[i] == given[i]) - bin.Sum(i => confidence[i]))) / truth.Length;
    }
}

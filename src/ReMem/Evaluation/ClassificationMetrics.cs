using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Evaluation;

/// <summary>One class's scores, as shares in [0, 1]; NaN where they are undefined.</summary>
/// <param name="Name">The class.</param>
/// <param name="Count">Its samples.</param>
/// <param name="Recall">Of its samples, how many were found; NaN without samples.</param>
/// <param name="Precision">Of the answers with this class, how many are right; NaN without such answers.</param>
/// <param name="F1">Harmonic mean of both; 0 where nothing was found.</param>
public sealed record ClassScore(string Name, int Count, double Recall, double Precision, double F1);

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

    /// <summary>Scores logits.</summary>
    /// <param name="logits">float [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <param name="classes">C names.</param>
    /// <exception cref="InputException">There is no sample.</exception>
    public static ClassificationMetrics From(Tensor logits, Tensor labels, IReadOnlyList<string> classes)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        int count = (int)logits.shape[0];
        if (count == 0)
            throw new InputException("There is no image to score.", "evaluation", "Choose a split that has images.");
        Tensor probabilities = logits.to(ScalarType.Float64).softmax(1);
        (Tensor confidence, Tensor answers) = probabilities.max(1);
        long[] truth = labels.to(ScalarType.Int64).data<long>().ToArray();
        long[] given = answers.data<long>().ToArray();
        double[] sure = confidence.data<double>().ToArray();
        Tensor own = logits.gather(1, labels.unsqueeze(1));
        Tensor others = logits.gt(own).sum(1);
        double top5 = others.lt(5).to(ScalarType.Float64).mean().item<double>();
        double nll = nn.functional.cross_entropy(logits.to(ScalarType.Float64), labels).item<double>();

        ClassScore[] scores = [.. classes.Select((name, c) => Score(name, c, truth, given))];
        return new ClassificationMetrics(
            count,
            truth.Zip(given).Count(p => p.First == p.Second) / (double)count,
            top5,
            scores.Where(s => s.Count > 0).Average(s => s.Recall),
            CalibrationError(truth, given, sure),
            nll,
            scores);
    }

    private static ClassScore Score(string name, int index, long[] truth, long[] given)
    {
        int samples = truth.Count(t => t == index);
        int answers = given.Count(g => g == index);
        int right = truth.Zip(given).Count(p => p.First == index && p.Second == index);
        double f1 = samples + answers == 0 ? double.NaN : 2.0 * right / (samples + answers);
        return new ClassScore(name, samples, samples == 0 ? double.NaN : (double)right / samples, answers == 0 ? double.NaN : (double)right / answers, f1);
    }

    private static double CalibrationError(long[] truth, long[] given, double[] confidence)
    {
        var bins = Enumerable.Range(0, truth.Length).GroupBy(i => Math.Min(Bins - 1, (int)(confidence[i] * Bins)));
        return bins.Sum(bin => Math.Abs(bin.Count(i => truth[i] == given[i]) - bin.Sum(i => confidence[i]))) / truth.Length;
    }
}

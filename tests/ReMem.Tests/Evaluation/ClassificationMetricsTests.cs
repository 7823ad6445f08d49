using ReMem.Evaluation;
using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Tests.Evaluation;

public sealed class ClassificationMetricsTests
{
    [Fact]
    public void Three_classes_by_hand()
    {
        // Labels a a a b; answers a a b b. Class c is absent.
        ClassificationMetrics metrics = From([[2, 1, 0], [3, 0, 0], [0, 1, 0], [0, 5, 1]], [0, 0, 0, 1], "a", "b", "c");
        Assert.Equal(4, metrics.Count);
        Assert.Equal(3 / 4.0, metrics.Top1);
        Assert.Equal(1, metrics.Top5);
        Assert.Equal(((2 / 3.0) + 1) / 2, metrics.BalancedAccuracy, 1e-12);
        Assert.Equal(["a", "b", "c"], metrics.PerClass.Select(c => c.Name));
        Assert.Equal([3, 1, 0], metrics.PerClass.Select(c => c.Count));
        Assert.Equal([2 / 3.0, 1, double.NaN], metrics.PerClass.Select(c => c.Recall));
        Assert.Equal([1, 1 / 2.0, double.NaN], metrics.PerClass.Select(c => c.Precision));
        Assert.Equal([0.8, 2 / 3.0, double.NaN], metrics.PerClass.Select(c => c.F1));
        Assert.Equal((0.8 + (2 / 3.0)) / 2, metrics.MacroF1, 1e-12);
    }

    [Fact]
    public void The_likelihood_is_the_mean_cross_entropy()
    {
        ClassificationMetrics metrics = From([[1, 0], [0, 3]], [0, 0], "a", "b");
        double expected = (Math.Log(1 + Math.Exp(-1)) + Math.Log(1 + Math.Exp(3))) / 2;
        Assert.Equal(expected, metrics.NegativeLogLikelihood, 1e-12);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(3, 0, 1)]
    [InlineData(4, 0, 1)]
    [InlineData(5, 0, 0)]
    [InlineData(6, 0, 0)]
    public void Only_the_first_five_are_the_top_five(int label, double top1, double top5)
    {
        ClassificationMetrics metrics = From([[7, 6, 5, 4, 3, 2, 1]], [label], "a", "b", "c", "d", "e", "f", "g");
        Assert.Equal((top1, top5), (metrics.Top1, metrics.Top5));
    }

    [Fact]
    public void Equal_logits_earn_what_the_first_classes_earn()
    {
        // One sample per class: a constant model is right once in ten, and five times in its top five.
        ClassificationMetrics metrics = From([.. Enumerable.Repeat(new float[10], 10)], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
            [.. "abcdefghij".Select(c => $"{c}")]);
        Assert.Equal((0.1, 0.5, 0.1), (metrics.Top1, metrics.Top5, metrics.BalancedAccuracy));
    }

    [Fact]
    public void Calibration_error_by_hand()
    {
        // Two bins: confidences 0.61 and 0.63 lie in (9/15, 10/15), one of two right; 0.9 in (13/15, 14/15), right.
        ClassificationMetrics metrics = From([Logits(0.61), Logits(0.63), Logits(0.9)], [0, 1, 0], "a", "b");
        double expected = (2 / 3.0 * Math.Abs(0.5 - 0.62)) + (1 / 3.0 * Math.Abs(1 - 0.9));
        Assert.Equal(expected, metrics.ExpectedCalibrationError, 1e-6);
    }

    [Fact]
    public void Certain_answers_are_calibrated_only_where_right()
    {
        Assert.Equal(0, From([[100, 0], [0, 100]], [0, 1], "a", "b").ExpectedCalibrationError, 1e-12);
        Assert.Equal(1, From([[100, 0], [0, 100]], [1, 0], "a", "b").ExpectedCalibrationError, 1e-12);
    }

    [Fact]
    public void Types_strides_and_scopes_do_not_matter()
    {
        using var scope = NewDisposeScope();
        Tensor logits = tensor(new float[,] { { 0, 2, 0 }, { 1, 0, 5 } });
        Tensor labels = tensor(new long[] { 1, 2 });
        ClassificationMetrics plain = ClassificationMetrics.From(logits, labels, ["a", "b", "c"]);
        ClassificationMetrics other = ClassificationMetrics.From(
            logits.t().contiguous().t().to(ScalarType.BFloat16), labels.to(ScalarType.Int32), ["a", "b", "c"]);
        Assert.Equal(Json.Serialize(plain), Json.Serialize(other));
        Assert.False(logits.IsInvalid);
        Assert.False(labels.IsInvalid);
    }

    [Fact]
    public void Json_keeps_every_score_and_what_is_undefined()
    {
        ClassificationMetrics metrics = From([[2, 1, 0], [0, 1, 0]], [0, 0], "a", "b", "c");
        string json = Json.Serialize(metrics);
        Assert.Contains("\"macro_f1\": ", json, StringComparison.Ordinal);
        ClassificationMetrics read = Json.Deserialize<ClassificationMetrics>(json, "here");
        Assert.Equal(metrics with { PerClass = [] }, read with { PerClass = [] });
        Assert.Equal(metrics.PerClass, read.PerClass);
        Assert.True(double.IsNaN(read.PerClass[2].Recall));
    }

    [Fact]
    public void No_sample_is_an_input_error() => Assert.Throws<InputException>(() => From([], [], "a", "b"));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_diverged_model_is_an_input_error(float value)
    {
        InputException error = Assert.Throws<InputException>(() => From([[1, 0], [value, 0]], [0, 1], "a", "b"));
        Assert.Contains("NaN or infinity", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void A_label_without_a_class_is_refused(int label) => Assert.Throws<ArgumentException>(() => From([[1, 0]], [label], "a", "b"));

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => From([[1, 0]], [0], "a", "b", "c"));
        Assert.Throws<ArgumentException>(() => From([[1, 0]], [0, 1], "a", "b"));
    }

    private static float[] Logits(double confidence) => [(float)Math.Log(confidence / (1 - confidence)), 0];

    private static ClassificationMetrics From(float[][] logits, int[] labels, params string[] classes)
    {
        using var scope = NewDisposeScope();
        int width = logits.Length == 0 ? classes.Length : logits[0].Length;
        return ClassificationMetrics.From(
            tensor(logits.SelectMany(row => row).ToArray()).view(logits.Length, width), tensor(labels.Select(l => (long)l).ToArray()),
            classes);
    }
}

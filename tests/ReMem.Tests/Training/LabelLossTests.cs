using ReMem.Data;
using ReMem.Data.Views;
using ReMem.Training;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

/// <summary>Against sums that are written out in double precision.</summary>
[Collection(TorchGenerator.Name)]
public class LabelLossTests
{
    private static readonly int[] Counts = [60, 30, 10];
    private static readonly long[] Labels = [0, 2, 1, 0];
    private static readonly TrainingOptions Options = new();

    [Theory]
    [InlineData("none", 0.0, 1)]
    [InlineData("inverse", 0.1, 1)]
    [InlineData("inverse", 0.1, 0.7)]
    public void Images_without_a_label_do_not_count(string weights, double smoothing, double mix)
    {
        using var scope = NewDisposeScope();
        using var loss = new LabelLoss(Options with { ClassWeights = weights, LabelSmoothing = smoothing }, Counts);
        Tensor logits = Goldens.UniformTensor("logits", 3, 4, 3).to(ScalarType.Float32).requires_grad_(true);
        Batch Of(params long[] labels) =>
            new(zeros(labels.Length, 3, 2, 2, ScalarType.Byte), tensor(labels), [.. Enumerable.Range(0, labels.Length)])
            {
                Mix = mix < 1 ? new BatchMix(mix) : null,
            };
        // Mixed, the first row meets the last and the second the third: rows 1 and 2 have both their labels.
        long[] labels = mix < 1 ? [-1, 2, 1, 0] : [-1, 2, 1, -1];
        Tensor value = loss.Of(logits, Of(labels));
        Assert.Equal(loss.Of(logits.narrow(0, 1, 2), Of(2, 1)).item<float>(), value.item<float>(), 1e-6);
        value.backward();
        Assert.Equal(0, logits.grad![0].abs().sum().item<float>() + logits.grad[3].abs().sum().item<float>());
        Assert.True(logits.grad[1].abs().sum().item<float>() > 0);

        Tensor none = loss.Of(logits, Of(-1, -1, -1, -1));
        Assert.Equal(0, none.item<float>());
        none.backward();
    }

    [Theory]
    [InlineData("none", 0.0, 0.0, ClassSampling.Uniform)]
    [InlineData("none", 0.1, 0.0, ClassSampling.Balanced)]
    [InlineData("inverse", 0.0, 0.0, ClassSampling.Uniform)]
    [InlineData("inverse", 0.2, 0.0, ClassSampling.Uniform)]
    [InlineData("effective(0.9)", 0.0, 0.0, ClassSampling.Uniform)]
    [InlineData("none", 0.0, 1.0, ClassSampling.Uniform)]
    [InlineData("none", 0.1, 0.5, ClassSampling.Sqrt)]
    public void It_is_the_sum_written_out(string weights, double smoothing, double tau, ClassSampling sampling)
    {
        TrainingOptions options = Options with
        {
            ClassWeights = weights,
            LabelSmoothing = smoothing,
            LogitAdjustment = tau,
            Sampling = sampling,
        };
        double[] w = weights switch
        {
            "inverse" => [100 / (3 * 60.0), 100 / (3 * 30.0), 100 / (3 * 10.0)],
            "none" => [1, 1, 1],
            _ => Effective(),
        };
        double[] share = sampling == ClassSampling.Sqrt
            ? [.. Counts.Select(n => Math.Sqrt(n) / Counts.Sum(m => Math.Sqrt(m)))]
            : [0.6, 0.3, 0.1];
        foreach (double mix in new[] { 1, 0.7 })
        {
            using var scope = NewDisposeScope();
            using var loss = new LabelLoss(options, Counts);
            Tensor logits = Goldens.UniformTensor("logits", 3, 4, 3).to(ScalarType.Float32);
            using Batch batch = new(zeros(4, 3, 2, 2, ScalarType.Byte), tensor(Labels),
                [0, 1, 2, 3])
            { Mix = mix < 1 ? new BatchMix(mix) : null };
            double expected = 0;
            for (int row = 0; row < 4; row++)
            {
                double[] z = [.. logits[row].data<float>().ToArray().Select((v, c) => v + (tau * Math.Log(share[c])))];
                double total = Math.Log(z.Sum(Math.Exp));
                for (int c = 0; c < 3; c++)
                {
                    double target = ((Labels[row] == c ? mix : 0) + (Labels[3 - row] == c ? 1 - mix : 0)) * (1 - smoothing)
                        + (smoothing / 3);
                    expected += target * w[c] * (total - z[c]) / 4;
                }
            }

            Assert.Equal(expected, loss.Of(logits, batch).item<float>(), 2e-6);
        }
    }

    [Fact]
    public void Without_settings_it_is_torchs_cross_entropy_to_the_bit()
    {
        using var scope = NewDisposeScope();
        using var loss = new LabelLoss(Options with { LabelSmoothing = 0.1 }, Counts);
        Tensor logits = Goldens.UniformTensor("logits", 3, 4, 3).to(ScalarType.Float32);
        using Batch batch = new(zeros(4, 3, 2, 2, ScalarType.Byte), tensor(Labels), [0, 1, 2, 3]);
        Assert.True(Goldens.Same(nn.functional.cross_entropy(logits, tensor(Labels), label_smoothing: 0.1), loss.Of(logits, batch)));
    }

    [Fact]
    public void Adjusted_logits_learn_the_balanced_posterior()
    {
        // One feature that says nothing: the optimum of the plain loss is the log prior, that of the adjusted one is flat.
        using var scope = NewDisposeScope();
        using var loss = new LabelLoss(Options with { LogitAdjustment = 1 }, Counts);
        var logits = new TorchSharp.Modules.Parameter(zeros(3));
        long[] labels = [.. Counts.SelectMany((n, c) => Enumerable.Repeat((long)c, n))];
        using Batch batch = new(zeros(1, ScalarType.Byte), tensor(labels), [.. Enumerable.Range(0, 100)]);
        loss.Of(logits.expand(100, 3), batch).backward();
        Assert.True(logits.grad!.abs().max().item<float>() < 1e-6);
    }

    [Fact]
    public void A_class_that_is_never_seen_leaves_it_finite()
    {
        using var scope = NewDisposeScope();
        using var loss = new LabelLoss(Options with { LogitAdjustment = 1 }, [5, 0, 5]);
        using Batch batch = new(zeros(1, ScalarType.Byte), tensor(new long[] { 0, 2 }), [0, 1]);
        Assert.True(loss.Of(zeros(2, 3), batch).isfinite().item<bool>());
    }

    [Theory]
    [InlineData("inverse", 1.0, ClassSampling.Uniform, "Class weights and logit adjustment")]
    [InlineData("inverse", 0.0, ClassSampling.Sqrt, "Class weights and class-aware sampling")]
    [InlineData("none", 1.0, ClassSampling.Balanced, "With balanced sampling every class is seen equally often")]
    [InlineData("inverted", 0.0, ClassSampling.Uniform, "Unknown class weights 'inverted'; did you mean 'inverse'?")]
    public void Nonsense_is_refused(string weights, double tau, ClassSampling sampling, string message)
    {
        InputException error = Assert.Throws<InputException>(() =>
            new LabelLoss(Options with { ClassWeights = weights, LogitAdjustment = tau, Sampling = sampling }, Counts));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    private static double[] Effective()
    {
        double[] w = [.. Counts.Select(n => 1 / Enumerable.Range(0, n).Sum(i => Math.Pow(0.9, i)))];
        return [.. w.Select(x => x * 100 / ((60 * w[0]) + (30 * w[1]) + (10 * w[2])))];
    }
}

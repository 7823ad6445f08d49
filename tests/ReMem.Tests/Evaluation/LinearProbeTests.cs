using ReMem.Evaluation;
using static TorchSharp.torch;

namespace ReMem.Tests.Evaluation;

[Collection(TorchGenerator.Name)]
public sealed class LinearProbeTests
{
    /// <summary>One feature of 0 or 1: without a penalty the probabilities are the shares of the labels in each group.</summary>
    [Fact]
    public void Without_a_penalty_the_shares_of_two_groups_are_found()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(new double[] { 0, 0, 0, 0, 1, 1, 1, 1, 1 }).unsqueeze(1);
        Tensor labels = tensor(new long[] { 0, 0, 0, 1, 1, 1, 0, 1, 1 });
        Tensor found = LinearProbe.Minimise(x, labels, zeros([2, 2], ScalarType.Float64), 0);
        double LogOdds(int row) => (found[row, 1] - found[row, 0]).item<double>();
        Assert.Equal(Math.Log(1.0 / 3), LogOdds(1), 1e-5);
        Assert.Equal(Math.Log(4.0), LogOdds(0) + LogOdds(1), 1e-5);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(1e-3)]
    public void At_the_minimum_torchs_own_gradient_vanishes_and_every_neighbour_is_worse(double penalty)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        Tensor x = randn([60, 5], ScalarType.Float64), labels = randint(0, 4, [60], dtype: ScalarType.Int64);
        Tensor found = LinearProbe.Minimise(x, labels, zeros([6, 4], ScalarType.Float64), penalty);
        Tensor Loss(Tensor p) => nn.functional.cross_entropy(x.mm(p[..5]) + p[5..], labels) + (p[..5].pow(2).sum() * (penalty / 2));
        Tensor free = found.clone().requires_grad_(true);
        Loss(free).backward();
        Assert.True(free.grad!.abs().max().item<double>() < 1e-5, $"{free.grad.abs().max().item<double>()}");
        for (int i = 0; i < 10; i++)
            Assert.True(Loss(found + (randn_like(found) * 0.01)).item<double>() > Loss(found).item<double>());
    }

    [Fact]
    public void The_penalty_is_chosen_on_validation_and_features_of_any_scale_are_told_apart()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        ModelOutputs Split(int count)
        {
            Tensor labels = arange(count).remainder(3).to(ScalarType.Int64);
            Tensor features = randn([count, 8]);
            features[TensorIndex.Ellipsis, 0] += labels * 4;
            return new ModelOutputs(zeros(count, 3), (features * 1000) + 7, labels);
        }

        ModelOutputs test = Split(90);
        (Tensor validation, Tensor logits, double penalty) = LinearProbe.Fit(Split(90), Split(45), test, 3);
        Assert.Equal([45, 3], validation.shape);
        Assert.InRange(penalty, 1e-4, 0.1);
        Assert.True(new ModelOutputs(logits, test.Features, test.Labels).Top1() > 0.9);
    }
}

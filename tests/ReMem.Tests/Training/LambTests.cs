using ReMem.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

public class LambTests
{
    private const double Rate = 0.05;
    private const double Decay = 0.1;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_takes_the_steps_of_the_formula(bool decayAll)
    {
        using var scope = NewDisposeScope();
        using Linear net = nn.Linear(3, 2, dtype: ScalarType.Float64);
        using var parameters = new ParameterSet(net);
        double[] weight = Goldens.Uniform("weight", 6), bias = Goldens.Uniform("bias", 2);
        parameters.SetValues(tensor([.. weight, .. bias]));
        using var optimizer = new Lamb(parameters, Decay, decayAll);
        var (first, second) = (new double[8], new double[8]);
        for (int step = 1; step <= 6; step++)
        {
            double[] gradient = Goldens.Uniform($"gradient{step}", 8);
            parameters.SetGradients(tensor(gradient));
            optimizer.Step(Rate);
            weight = Reference(weight, gradient[..6], first.AsSpan(0, 6), second.AsSpan(0, 6), step, decayed: true);
            bias = Reference(bias, gradient[6..], first.AsSpan(6), second.AsSpan(6), step, decayAll);
            double[] actual = parameters.Values().data<double>().ToArray();
            Assert.All(actual.Zip([.. weight, .. bias]), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
        }
    }

    [Fact]
    public void Weights_of_nothing_are_not_scaled()
    {
        using var scope = NewDisposeScope();
        using Linear net = nn.Linear(2, 1, hasBias: false, dtype: ScalarType.Float64);
        using var parameters = new ParameterSet(net);
        parameters.SetValues(zeros(2, dtype: ScalarType.Float64));
        parameters.SetGradients(tensor(new[] { 1.0, -4 }));
        using var optimizer = new Lamb(parameters, Decay);
        optimizer.Step(Rate);
        Assert.All(parameters.Values().abs().data<double>().ToArray(), v => Assert.Equal(Rate, v, 1e-6));
    }

    [Fact]
    public void Without_decay_it_is_Adam_with_its_own_epsilon()
    {
        using var scope = NewDisposeScope();
        using Linear ours = nn.Linear(3, 2, dtype: ScalarType.Float64), theirs = nn.Linear(3, 2, dtype: ScalarType.Float64);
        using var parameters = new ParameterSet(ours);
        using var reference = new ParameterSet(theirs);
        reference.SetValues(parameters.Values());
        using var optimizer = new Lamb(parameters, 0);
        using optim.Optimizer adam = optim.Adam(theirs.parameters(), Rate, eps: 1e-6);
        for (int step = 0; step < 4; step++)
        {
            Tensor gradient = Goldens.UniformTensor($"g{step}", 1, 8);
            parameters.SetGradients(gradient);
            reference.SetGradients(gradient);
            optimizer.Step(Rate);
            adam.step();
        }

        Assert.True(allclose(parameters.Values(), reference.Values(), rtol: 1e-12, atol: 1e-14));
    }

    /// <summary>You 2020, algorithm 2, with bias correction, in plain arithmetic.</summary>
    private static double[] Reference(double[] weights, double[] gradient, Span<double> first, Span<double> second, int step, bool decayed)
    {
        var update = new double[weights.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            first[i] = (0.9 * first[i]) + (0.1 * gradient[i]);
            second[i] = (0.999 * second[i]) + (0.001 * gradient[i] * gradient[i]);
            double m = first[i] / (1 - Math.Pow(0.9, step)), v = second[i] / (1 - Math.Pow(0.999, step));
            update[i] = (m / (Math.Sqrt(v) + 1e-6)) + (decayed ? Decay * weights[i] : 0);
        }

        double ratio = decayed ? Math.Sqrt(weights.Sum(w => w * w) / update.Sum(u => u * u)) : 1;
        return [.. weights.Zip(update, (w, u) => w - (Rate * ratio * u))];
    }
}

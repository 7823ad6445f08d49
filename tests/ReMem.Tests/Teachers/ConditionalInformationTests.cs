using ReMem.Teachers;
using static TorchSharp.torch;

namespace ReMem.Tests.Teachers;

public sealed class ConditionalInformationTests
{
    /// <summary>
    /// Two images of a class with the probabilities (a, 1 - a) and (b, 1 - b): the mean divergence from their middle is the Jensen-Shannon
    /// divergence, H(middle) - (H(a) + H(b)) / 2. A class whose images all get the same answer adds nothing.
    /// </summary>
    [Theory]
    [InlineData(0.9, 0.4)]
    [InlineData(0.99, 0.01)]
    [InlineData(0.7, 0.7)]
    public void A_constructed_softmax_has_a_closed_form(double a, double b)
    {
        using var scope = NewDisposeScope();
        Tensor logits = tensor(new[,] { { Math.Log(a), Math.Log(1 - a) }, { Math.Log(b), Math.Log(1 - b) }, { 0.3, 0.1 }, { 0.3, 0.1 } });
        Tensor labels = tensor(new long[] { 0, 0, 1, 1 });
        using var means = ConditionalInformation.Of(logits, labels);
        double expected = (Entropy((a + b) / 2) - ((Entropy(a) + Entropy(b)) / 2)) / 2;
        Assert.Equal(expected, means.Mean(logits, labels).item<double>(), 1e-10);
    }

    [Fact]
    public void The_gradient_is_that_of_finite_differences_with_the_means_held()
    {
        using var scope = NewDisposeScope();
        Tensor logits = tensor(new[,] { { 1.0, -0.5, 0.2 }, { 0.1, 0.4, -1 }, { -0.3, 2, 0.5 } });
        Tensor labels = tensor(new long[] { 2, 2, 0 });
        using var means = ConditionalInformation.Of(logits, labels);
        Tensor moved = logits.clone().requires_grad_(true);
        means.Mean(moved, labels).backward();
        Tensor gradient = moved.grad!;
        const double step = 1e-6;
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                double At(double by)
                {
                    using Tensor there = logits.clone();
                    there[i, j] = there[i, j].item<double>() + by;
                    return means.Mean(there, labels).item<double>();
                }

                Assert.Equal((At(step) - At(-step)) / (2 * step), gradient[i, j].item<double>(), 1e-8);
            }
        }
    }

    [Fact]
    public void A_class_without_images_and_a_certain_answer_stay_finite()
    {
        using var scope = NewDisposeScope();
        Tensor logits = tensor(new[,] { { 1000f, 0, 0 }, { 0, 1000f, 0 } });
        Tensor labels = tensor(new long[] { 0, 0 });
        using var means = ConditionalInformation.Of(logits, labels);
        Assert.Equal(Math.Log(2), means.Mean(logits, labels).item<float>(), 1e-6);
        Assert.True(double.IsFinite(means.Mean(logits, tensor(new long[] { 2, 1 })).item<float>()));
    }

    private static double Entropy(double p) => -(p * Math.Log(p)) - ((1 - p) * Math.Log(1 - p));
}

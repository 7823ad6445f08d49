using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>Losses of drawings under a <see cref="Likelihood"/>, in nats per pixel channel.</summary>
internal static class Likelihoods
{
    /// <summary>Half a step of an 8-bit pixel: with a probability of 0 or 1, one wrong pixel would cost infinity.</summary>
    private const double Margin = 0.5 / 255;

    /// <summary>The loss on test rows of a decoder whose variance, if any, comes from held-out training rows.</summary>
    public static double Loss(this Likelihood likelihood, (Tensor Drawn, Tensor True) held, (Tensor Drawn, Tensor True) test)
    {
        using DisposeScope scope = NewDisposeScope();
        if (likelihood == Likelihood.Bce)
            return CrossEntropy(Inside(test.Drawn.to(ScalarType.Float64)), test.True.to(ScalarType.Float64)).mean().item<double>();
        double variance = Math.Max(MeanSquare(held.Drawn - held.True), 1e-12);
        return (0.5 * Math.Log(2 * Math.PI * variance)) + (MeanSquare(test.Drawn - test.True) / (2 * variance));
    }

    /// <summary>Log-odds of pixels [any] in [0, 1]. A linear decoder's drawing may leave [0, 1]; it is clipped.</summary>
    public static Tensor LogOdds(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        return Inside(pixels).logit().MoveToOuterDisposeScope();
    }

    private static Tensor Inside(Tensor pixels) => pixels.Within(Margin, 1 - Margin);

    private static Tensor CrossEntropy(Tensor drawn, Tensor pixels) =>
        (pixels * drawn.log()).Plus((ones_like(pixels) - pixels) * (ones_like(drawn) - drawn).log()).neg();

    private static double MeanSquare(Tensor difference) => difference.to(ScalarType.Float64).Squared().mean().item<double>();
}

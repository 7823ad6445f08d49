using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>Convenience overloads.</summary>
internal static class GradientFunctionExtensions
{
    /// <summary>Computes the gradient of a single loss.</summary>
    /// <param name="gradient">The function.</param>
    /// <param name="loss">Builds the scalar loss from the present weights.</param>
    /// <param name="step">The step's number, from 0.</param>
    public static GradientResult Compute(this IGradientFunction gradient, Func<Tensor> loss, long step = 0) =>
        gradient.Compute(step, [loss]);
}

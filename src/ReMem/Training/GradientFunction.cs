using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>What a gradient function found.</summary>
/// <param name="Loss">The loss at the weights themselves, unless the function says otherwise.</param>
/// <param name="Rise">How much the loss rises at the perturbed weights (sharpness); null where that was not measured.</param>
/// <param name="GradientNorm">The global L2 norm of the gradient that stands in <c>.grad</c>.</param>
internal readonly record struct GradientResult(double Loss, double? Rise, double GradientNorm)
{
    /// <summary>Whether a step may be taken.</summary>
    public bool IsFinite => double.IsFinite(Loss) && double.IsFinite(GradientNorm);
}

/// <summary>Leaves a gradient in <c>.grad</c>. It stands beside any optimiser rather than around one: clipping and the step come after it.</summary>
internal interface IGradientFunction
{
    /// <summary>What it keeps from step to step, by name, for checkpoints. Most keep nothing.</summary>
    IReadOnlyDictionary<string, Tensor> State => System.Collections.ObjectModel.ReadOnlyDictionary<string, Tensor>.Empty;

    /// <summary>Computes the gradient of a step's loss.</summary>
    /// <param name="step">The step's number in the whole training, from 0.</param>
    /// <param name="losses">Each builds a scalar from the present weights, and may be called more than once. The step's loss is their sum, so that a large batch can come in pieces.</param>
    GradientResult Compute(long step, IReadOnlyList<Func<Tensor>> losses);
}

/// <summary>Shorter calls.</summary>
internal static class GradientFunctionExtensions
{
    /// <summary>Computes the gradient of a loss in one piece.</summary>
    /// <param name="gradient">The function.</param>
    /// <param name="loss">Builds the scalar loss from the present weights.</param>
    /// <param name="step">The step's number, from 0.</param>
    public static GradientResult Compute(this IGradientFunction gradient, Func<Tensor> loss, long step = 0) => gradient.Compute(step, [loss]);
}

/// <summary>The ordinary gradient.</summary>
internal sealed class PlainGradient(ParameterSet parameters) : IGradientFunction
{
    /// <inheritdoc/>
    public GradientResult Compute(long step, IReadOnlyList<Func<Tensor>> losses)
    {
        parameters.ZeroGradients();
        return new GradientResult(BackwardPass.Run(losses), null, GradientNorm.Of(parameters));
    }
}

/// <summary>Forward and backward through all pieces of a step.</summary>
internal static class BackwardPass
{
    /// <summary>Adds every piece's gradient to what stands in <c>.grad</c>; a piece's graph is gone before the next is built.</summary>
    /// <returns>The sum of the losses.</returns>
    public static double Run(IReadOnlyList<Func<Tensor>> losses)
    {
        double sum = 0;
        foreach (Func<Tensor> loss in losses)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor value = loss();
            value.backward();
            sum += value.to(ScalarType.Float64).item<double>();
        }

        return sum;
    }
}

/// <summary>The global norm of the gradients and clipping by it, as torch.nn.utils.clip_grad_norm_.</summary>
internal static class GradientNorm
{
    /// <summary>The global L2 norm of what stands in <c>.grad</c>.</summary>
    public static double Of(ParameterSet parameters) => Of(parameters.LiveGradients);

    /// <summary>Scales the gradients down so that their norm is at most <paramref name="limit"/>.</summary>
    /// <param name="parameters">Whose gradients.</param>
    /// <param name="norm">Their norm now.</param>
    /// <param name="limit">The largest norm; 0 clips nothing.</param>
    public static void Clip(ParameterSet parameters, double norm, double limit)
    {
        if (limit <= 0 || norm <= limit)
            return;
        using DisposeScope scope = NewDisposeScope();
        using Scalar scale = limit / (norm + 1e-6);
        parameters.LiveGradients.mul_(scale);
    }

    /// <summary>The L2 norm of a vector.</summary>
    internal static double Of(Tensor vector)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        return vector.norm().to(ScalarType.Float64).item<double>();
    }
}

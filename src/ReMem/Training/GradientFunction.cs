using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>What a gradient function found.</summary>
/// <param name="Loss">The loss at the weights themselves.</param>
/// <param name="Rise">How much the loss rises at the perturbed weights (sharpness); 0 for the plain gradient.</param>
/// <param name="GradientNorm">The global L2 norm of the gradient that stands in <c>.grad</c>.</param>
public readonly record struct GradientResult(double Loss, double Rise, double GradientNorm)
{
    /// <summary>Whether a step may be taken.</summary>
    public bool IsFinite => double.IsFinite(Loss) && double.IsFinite(GradientNorm);
}

/// <summary>Leaves a gradient in <c>.grad</c>. It stands beside any optimiser rather than around one: clipping and the step come after it.</summary>
public interface IGradientFunction
{
    /// <summary>Computes the gradient of a loss, which may be evaluated more than once.</summary>
    /// <param name="loss">Builds the scalar loss from the present weights.</param>
    GradientResult Compute(Func<Tensor> loss);
}

/// <summary>The ordinary gradient.</summary>
public sealed class PlainGradient(ParameterSet parameters) : IGradientFunction
{
    /// <inheritdoc/>
    public GradientResult Compute(Func<Tensor> loss)
    {
        using DisposeScope scope = NewDisposeScope();
        parameters.ZeroGradients();
        Tensor value = loss();
        value.backward();
        return new GradientResult(value.to(ScalarType.Float64).item<double>(), 0, GradientNorm.Of(parameters));
    }
}

/// <summary>The global norm of the gradients and clipping by it, as torch.nn.utils.clip_grad_norm_.</summary>
public static class GradientNorm
{
    /// <summary>The global L2 norm of what stands in <c>.grad</c>.</summary>
    public static double Of(ParameterSet parameters)
    {
        using DisposeScope scope = NewDisposeScope();
        return parameters.Gradients().norm().to(ScalarType.Float64).item<double>();
    }

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
        parameters.SetGradients(parameters.Gradients().mul_(scale));
    }
}

using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>The global norm of the gradients and clipping by it, as torch.nn.utils.clip_grad_norm_.</summary>
internal static class GradientNorm
{
    /// <summary>The global L2 norm of <c>.grad</c>.</summary>
    public static double Of(ParameterSet parameters) => Of(parameters.LiveGradients);

    /// <summary>Scales the gradients down so that their norm is at most <paramref name="limit"/>.</summary>
    /// <param name="parameters">The parameters with the gradients.</param>
    /// <param name="norm">Their norm now.</param>
    /// <param name="limit">The maximal norm; 0 does not clip.</param>
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

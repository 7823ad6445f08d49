using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Teachers;

/// <summary>
/// The common parts of sharpness-aware gradients: the direction of the ascent, and a pass at moved weights, which are restored.
/// </summary>
/// <param name="module">The module whose BatchNorm statistics must not be updated by this pass.</param>
/// <param name="parameters">The moved parameters.</param>
/// <param name="adaptive">Whether the ascent scales with each weight (ASAM).</param>
internal sealed class PerturbedPass(nn.Module module, ParameterSet parameters, bool adaptive)
{
    private const double Epsilon = 1e-12;
    private readonly Tensor[] _buffers = [.. module.named_buffers().Select(b => b.buffer)];

    /// <summary>The vector T^2 g [P] along which the loss rises, and the norm ||T g||. T is 1, or |w| when adaptive.</summary>
    /// <param name="gradient">g [P]; without T the result is this same tensor.</param>
    public (Tensor Direction, double Norm) Ascent(Tensor gradient)
    {
        if (!adaptive)
            return (gradient, GradientNorm.Of(gradient));
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Tensor weights = parameters.LiveValues.abs();
        Tensor scaled = gradient * weights;
        double norm = GradientNorm.Of(scaled);
        return (scaled.mul_(weights).MoveToOuterDisposeScope(), norm);
    }

    /// <summary>Leaves the gradient at w + rho direction / norm in <c>.grad</c>, with the weights back at w.</summary>
    /// <param name="ascent">Direction and norm.</param>
    /// <param name="rho">The radius.</param>
    /// <param name="losses">The losses of the step's micro-batches.</param>
    /// <param name="first">
    /// The generator's state before the first pass, when this is the second: the same masks are drawn, and the statistics were updated
    /// already.
    /// </param>
    /// <returns>The loss at the moved weights.</returns>
    public double Run((Tensor Direction, double Norm) ascent, double rho, IReadOnlyList<Func<Tensor>> losses, Tensor? first)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = parameters.Values();
        Tensor[] buffers = first is null ? [] : [.. _buffers.Select(b => b.clone())];
        try
        {
            using (no_grad())
            {
                using Scalar length = rho / (ascent.Norm + Epsilon);
                parameters.LiveValues.add_(ascent.Direction, alpha: length);
            }

            parameters.ZeroGradients();
            if (first is not null)
                set_rng_state(first);
            return BackwardPass.Run(losses);
        }
        finally
        {
            // A copy, not a subtraction: in floating point w + e - e differs from w.
            parameters.SetValues(values);
            using var guard = no_grad();
            for (int i = 0; i < buffers.Length; i++)
                _buffers[i].copy_(buffers[i]);
        }
    }
}

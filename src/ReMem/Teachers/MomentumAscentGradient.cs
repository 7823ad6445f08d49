using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Teachers;

/// <summary>
/// The gradient at weights that were moved along a running mean m of the gradients so far: e = rho T^2 m / ||T m||, at the cost of a plain
/// step. With a negative sign it is MSAM (Becker 2024), which moves in the direction of the momentum.
/// </summary>
/// <remarks>
/// The single pass is at the moved weights: its loss is reported, no rise is measured, and it updates BatchNorm statistics.
/// </remarks>
internal sealed class MomentumAscentGradient : IGradientFunction, IDisposable
{
    private readonly ParameterSet _parameters;
    private readonly PerturbedPass _passes;
    private readonly Func<long, double> _rho;
    private readonly double _beta;
    private readonly double _sign;
    private readonly Tensor _mean;

    /// <summary>Makes the gradient function.</summary>
    /// <param name="parameters">The perturbed parameters.</param>
    /// <param name="passes">Its passes.</param>
    /// <param name="rho">The radius of a step.</param>
    /// <param name="beta">Decay of the running mean per step, 0 to below 1.</param>
    /// <param name="sign">1 moves up the mean gradient, -1 down.</param>
    public MomentumAscentGradient(ParameterSet parameters, PerturbedPass passes, Func<long, double> rho, double beta, int sign)
    {
        (_parameters, _passes, _rho, _beta, _sign) = (parameters, passes, rho, beta, sign);
        _mean = parameters.Zeros();
        State = new Dictionary<string, Tensor> { ["momentum"] = _mean };
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public GradientResult Compute(long step, IReadOnlyList<Func<Tensor>> losses)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor Direction, double Norm) ascent = _passes.Ascent(_mean);
        double loss = _passes.Run(ascent, ascent.Norm > 0 ? _sign * _rho(step) : 0, losses, first: null);
        var result = new GradientResult(loss, null, GradientNorm.Of(_parameters));
        if (!result.IsFinite)
            return result;
        using var guard = no_grad();
        using Scalar stays = _beta, enters = 1 - _beta;
        _mean.mul_(stays).add_(_parameters.LiveGradients, alpha: enters);
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => _mean.Dispose();
}

using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Teachers;

/// <summary>
/// SAM at every k-th step, whose component orthogonal to the plain gradient is reused in between (LookSAM, Liu 2022): that component g_v
/// changes slowly, so that the other steps take g + alpha ||g|| g_v / ||g_v|| at the cost of a plain step.
/// </summary>
internal sealed class LookSamGradient : IGradientFunction, IDisposable
{
    private readonly ParameterSet _parameters;
    private readonly PerturbedPass _passes;
    private readonly Func<long, double> _rho;
    private readonly int _k;
    private readonly double _alpha;
    private readonly Tensor _kept;

    /// <summary>Makes the gradient function.</summary>
    /// <param name="parameters">The perturbed parameters.</param>
    /// <param name="passes">Its passes.</param>
    /// <param name="rho">The radius of a step.</param>
    /// <param name="k">Steps from one SAM step to the next, 1 or more.</param>
    /// <param name="alpha">The weight of the reused component, 0 or more.</param>
    public LookSamGradient(ParameterSet parameters, PerturbedPass passes, Func<long, double> rho, int k, double alpha)
    {
        (_parameters, _passes, _rho, _k, _alpha) = (parameters, passes, rho, k, alpha);
        _kept = parameters.Zeros();
        State = new Dictionary<string, Tensor> { ["orthogonal"] = _kept };
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public GradientResult Compute(long step, IReadOnlyList<Func<Tensor>> losses)
    {
        using DisposeScope scope = NewDisposeScope();
        double rho = _rho(step);
        _parameters.ZeroGradients();
        Tensor generator = get_rng_state();
        double clean = BackwardPass.Run(losses);
        double norm = GradientNorm.Of(_parameters);
        if (!double.IsFinite(clean) || !double.IsFinite(norm) || rho == 0)
            return new GradientResult(clean, null, norm);
        using var guard = no_grad();
        return step % _k == 0 ? Sharp(clean, norm, rho, losses, generator) : Between(clean, norm);
    }

    /// <inheritdoc/>
    public void Dispose() => _kept.Dispose();

    private GradientResult Sharp(double clean, double norm, double rho, IReadOnlyList<Func<Tensor>> losses, Tensor generator)
    {
        Tensor plain = _parameters.Gradients();
        double perturbed;
        using (enable_grad())
            perturbed = _passes.Run(_passes.Ascent(plain), rho, losses, generator);
        Tensor sharp = _parameters.LiveGradients;
        var result = new GradientResult(clean, perturbed - clean, GradientNorm.Of(sharp));
        if (result.IsFinite && norm > 0)
        {
            using Scalar along = -sharp.dot(plain).to(ScalarType.Float64).item<double>() / (norm * norm);
            _kept.copy_(sharp).add_(plain, alpha: along);
        }

        return result;
    }

    private GradientResult Between(double clean, double norm)
    {
        double kept = GradientNorm.Of(_kept);
        if (kept > 0)
        {
            using Scalar scale = _alpha * norm / kept;
            _parameters.LiveGradients.add_(_kept, alpha: scale);
        }

        return new GradientResult(clean, null, GradientNorm.Of(_parameters));
    }
}

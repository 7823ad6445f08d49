using ReMem.Training;
using static TorchSharp.torch;

namespace ReMem.Teachers;

/// <summary>
/// The gradient at the worst nearby weights (SAM, Foret 2021; ASAM, Kwon 2021): e = rho T^2 g / (||T g|| + 1e-12) with T = 1, or |w| when
/// adaptive, one norm over all parameters. The gradient at w + e is left in <c>.grad</c>, with the weights back at w.
/// </summary>
internal sealed class SharpnessAwareGradient : IGradientFunction
{
    private readonly ParameterSet _parameters;
    private readonly PerturbedPass _passes;
    private readonly Func<long, double> _rho;

    /// <summary>Makes the gradient function of a module.</summary>
    /// <param name="module">The module whose BatchNorm statistics must not be updated by the second pass.</param>
    /// <param name="parameters">The perturbed parameters.</param>
    /// <param name="rho">The radius, above 0.</param>
    /// <param name="adaptive">ASAM instead of SAM.</param>
    public SharpnessAwareGradient(nn.Module module, ParameterSet parameters, double rho, bool adaptive = false)
        : this(parameters, new PerturbedPass(module, parameters, adaptive), _ => rho)
    {
        if (!(rho > 0 && double.IsFinite(rho)))
            throw new InputException($"The radius rho of SAM is {rho}; it must be above 0.", "sam rho",
                "0.02 to 0.2 is usual; leave SAM out for the plain gradient.");
    }

    /// <summary>Makes the gradient function with a radius that changes from step to step.</summary>
    internal SharpnessAwareGradient(ParameterSet parameters, PerturbedPass passes, Func<long, double> rho)
    {
        _parameters = parameters;
        _passes = passes;
        _rho = rho;
    }

    /// <inheritdoc/>
    public GradientResult Compute(long step, IReadOnlyList<Func<Tensor>> losses)
    {
        using var scope = NewDisposeScope();
        double rho = _rho(step);
        _parameters.ZeroGradients();
        // Both passes draw the same dropout and drop-path masks, else ascent and descent would have different losses.
        Tensor generator = get_rng_state();
        double clean = BackwardPass.Run(losses);
        (Tensor Direction, double Norm) ascent = _passes.Ascent(_parameters.LiveGradients);
        if (rho == 0 || !double.IsFinite(clean) || !double.IsFinite(ascent.Norm))
            return new GradientResult(clean, null, GradientNorm.Of(_parameters));
        double perturbed = _passes.Run(ascent, rho, losses, generator);
        return new GradientResult(clean, perturbed - clean, GradientNorm.Of(_parameters));
    }
}

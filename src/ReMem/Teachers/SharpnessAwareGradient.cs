using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Teachers;

/// <summary>
/// The gradient at the worst nearby weights (SAM, Foret 2021; ASAM, Kwon 2021): e = rho T^2 g / (||T g|| + 1e-12) with T = 1, or |w| when
/// adaptive, one norm over all parameters. The gradient at w + e is left in <c>.grad</c>, with the weights back at w.
/// </summary>
public sealed class SharpnessAwareGradient : IGradientFunction
{
    private readonly ParameterSet _parameters;
    private readonly Tensor[] _buffers;
    private readonly double _rho;
    private readonly bool _adaptive;

    /// <summary>Binds the gradient to a module.</summary>
    /// <param name="module">Whose BatchNorm statistics must not see the second pass.</param>
    /// <param name="parameters">What is perturbed.</param>
    /// <param name="rho">The radius, above 0.</param>
    /// <param name="adaptive">ASAM instead of SAM.</param>
    public SharpnessAwareGradient(nn.Module module, ParameterSet parameters, double rho, bool adaptive = false)
    {
        if (!(rho > 0 && double.IsFinite(rho)))
            throw new InputException($"The radius rho of SAM is {rho}; it must be above 0.", "sam rho", "0.02 to 0.2 is usual; leave SAM out for the plain gradient.");
        _parameters = parameters;
        _buffers = [.. module.named_buffers().Select(b => b.buffer)];
        _rho = rho;
        _adaptive = adaptive;
    }

    /// <inheritdoc/>
    public GradientResult Compute(Func<Tensor> loss)
    {
        using DisposeScope scope = NewDisposeScope();
        _parameters.ZeroGradients();
        // Both passes draw the same dropout and drop-path masks, else the ascent answers another loss than the descent.
        Tensor generator = get_rng_state();
        Tensor clean = loss();
        clean.backward();
        double cleanLoss = Value(clean);
        Tensor values = _parameters.Values();
        Tensor ascent = Ascent(values, out double norm);
        if (!double.IsFinite(cleanLoss) || !double.IsFinite(norm))
            return new GradientResult(cleanLoss, 0, norm);

        Tensor[] buffers = [.. _buffers.Select(b => b.clone())];
        try
        {
            _parameters.AddToValues(ascent);
            _parameters.ZeroGradients();
            set_rng_state(generator);
            Tensor perturbed = loss();
            perturbed.backward();
            return new GradientResult(cleanLoss, Value(perturbed) - cleanLoss, GradientNorm.Of(_parameters));
        }
        finally
        {
            // A copy, not a subtraction: w + e - e is not w in floating point.
            _parameters.SetValues(values);
            using var guard = no_grad();
            for (int i = 0; i < buffers.Length; i++)
                _buffers[i].copy_(buffers[i]);
        }
    }

    private static double Value(Tensor scalar) => scalar.to(ScalarType.Float64).item<double>();

    private Tensor Ascent(Tensor values, out double norm)
    {
        Tensor gradient = _parameters.Gradients();
        Tensor scaled = _adaptive ? gradient * values.abs() : gradient;
        norm = Value(scaled.norm());
        Tensor direction = _adaptive ? scaled * values.abs() : scaled;
        using Scalar length = _rho / (norm + 1e-12);
        return direction * length;
    }
}

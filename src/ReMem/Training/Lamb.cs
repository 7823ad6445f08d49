using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>
/// LAMB (You 2020): Adam's direction plus decay, scaled per tensor to the norm of its weights, so that large batches can take large
/// learning rates. As timm's Lamb without its own clipping: betas 0.9 and 0.999, eps 1e-6, and no scaling of parameters without decay.
/// </summary>
internal sealed class Lamb : Optimizer
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-6;
    private readonly Tensor _first;
    private readonly Tensor _second;
    private readonly Dictionary<long, bool> _scaled;

    /// <inheritdoc cref="Optimizer(ParameterSet, double, bool)"/>
    public Lamb(ParameterSet parameters, double weightDecay, bool decayAll = false)
        : base(parameters, weightDecay, decayAll)
    {
        _first = parameters.Zeros();
        _second = parameters.Zeros();
        _scaled = parameters.Ranges.ToDictionary(r => r.Start, r => weightDecay > 0 && (decayAll || r.Decays));
        State = new Dictionary<string, Tensor> { ["exp_avg"] = _first, ["exp_avg_sq"] = _second };
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    protected override IEnumerable<(long Start, long Length)> Pieces() => Parameters.Ranges.Select(r => (r.Start, r.Length));

    /// <inheritdoc/>
    protected override void Update(Tensor values, Tensor gradient, double learningRate)
    {
        using Scalar beta1 = Beta1, rest1 = 1 - Beta1, beta2 = Beta2, rest2 = 1 - Beta2, epsilon = Epsilon;
        using Scalar correction = Math.Sqrt(1 - Math.Pow(Beta2, Steps)), scale = 1 / (1 - Math.Pow(Beta1, Steps));
        Tensor first = Part(_first).mul_(beta1).add_(gradient, alpha: rest1);
        Tensor second = Part(_second).mul_(beta2).addcmul_(gradient, gradient, rest2);
        Tensor update = (first * scale).div_(second.sqrt().div_(correction).PlusInPlace(epsilon));
        AddDecay(update, values, WeightDecay);
        using Scalar step = -learningRate * (_scaled[PieceStart] ? TrustRatio(values, update) : 1);
        values.add_(update, alpha: step);
    }

    private static double TrustRatio(Tensor values, Tensor update)
    {
        double weights = GradientNorm.Of(values), change = GradientNorm.Of(update);
        return weights > 0 && change > 0 ? weights / change : 1;
    }
}

using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ReMem.Training;

/// <summary>AdamW (Loshchilov 2019): decoupled decay, betas 0.9 and 0.999, eps 1e-8, as torch.optim.AdamW.</summary>
internal sealed class AdamW : Optimizer
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;
    private readonly Tensor _first;
    private readonly Tensor _second;

    /// <inheritdoc cref="Optimizer(ParameterSet, double, bool)"/>
    public AdamW(ParameterSet parameters, double weightDecay, bool decayAll = false)
        : base(parameters, weightDecay, decayAll)
    {
        _first = parameters.Zeros();
        _second = parameters.Zeros();
        State = new Dictionary<string, Tensor> { ["exp_avg"] = _first, ["exp_avg_sq"] = _second };
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    protected override void Update(Tensor values, Tensor gradient, double learningRate)
    {
        using Scalar beta1 = Beta1, rest1 = 1 - Beta1, beta2 = Beta2, rest2 = 1 - Beta2, epsilon = Epsilon;
        using Scalar correction = Math.Sqrt(1 - Math.Pow(Beta2, Steps)), step = -learningRate / (1 - Math.Pow(Beta1, Steps));
        Tensor first = Part(_first).mul_(beta1).add_(gradient, alpha: rest1);
        Tensor second = Part(_second).mul_(beta2).addcmul_(gradient, gradient, rest2);
        AddDecay(values, values, -learningRate * WeightDecay);
        Tensor denominator = second.sqrt().div_(correction).PlusInPlace(epsilon);
        values.addcdiv_(first, denominator, step);
    }

    private protected override bool Pass<T>(Tensor values, Tensor gradient, double learningRate)
    {
        FlatMemory<T> allValues = new(values), allGradients = new(gradient), allFirst = new(_first), allSecond = new(_second),
            allDecays = new(DecayMask);
        // The correction of the second moment is taken out of the root, which saves a division:
        // a / (sqrt(v) / c + eps) = a c / (sqrt(v) + eps c).
        double correction = Math.Sqrt(1 - Math.Pow(Beta2, Steps));
        T rest1 = T.CreateChecked(1 - Beta1), rest2 = T.CreateChecked(1 - Beta2), epsilon = T.CreateChecked(Epsilon * correction);
        T step = T.CreateChecked(-learningRate * correction / (1 - Math.Pow(Beta1, Steps))),
            decay = T.CreateChecked(-learningRate * WeightDecay);
        FlatPass.Run(Parameters.Count, (start, length) =>
        {
            Span<T> value = allValues.At(start, length), first = allFirst.At(start, length), second = allSecond.At(start, length),
                scratch = stackalloc T[length];
            ReadOnlySpan<T> slope = allGradients.At(start, length);
            TensorPrimitives.Lerp(first, slope, rest1, first);
            TensorPrimitives.Multiply(slope, slope, scratch);
            TensorPrimitives.Lerp(second, scratch, rest2, second);
            if (!allDecays.IsEmpty)
            {
                TensorPrimitives.Multiply(allDecays.At(start, length), value, scratch);
                TensorPrimitives.MultiplyAdd(scratch, decay, value, value);
            }

            TensorPrimitives.Sqrt(second, scratch);
            TensorPrimitives.Add(scratch, epsilon, scratch);
            TensorPrimitives.Divide(first, scratch, scratch);
            TensorPrimitives.MultiplyAdd(scratch, step, value, value);
        });
        return true;
    }
}

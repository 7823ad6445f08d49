using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ReMem.Training;

/// <summary>SGD with momentum and L2 decay added to the gradient, as torch.optim.SGD without dampening.</summary>
internal sealed class Sgd : Optimizer
{
    private readonly double _momentum;
    private readonly Tensor _buffer;

    /// <inheritdoc cref="Optimizer(ParameterSet, double, bool)"/>
    public Sgd(ParameterSet parameters, double weightDecay, double momentum, bool decayAll = false)
        : base(parameters, weightDecay, decayAll)
    {
        _momentum = momentum;
        _buffer = parameters.Zeros();
        State = new Dictionary<string, Tensor> { ["momentum_buffer"] = _buffer };
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    protected override void Update(Tensor values, Tensor gradient, double learningRate)
    {
        AddDecay(gradient, values, WeightDecay);
        using Scalar momentum = _momentum, step = -learningRate;
        Tensor buffer = Part(_buffer).mul_(momentum).PlusInPlace(gradient);
        values.add_(buffer, alpha: step);
    }

    private protected override bool Pass<T>(Tensor values, Tensor gradient, double learningRate)
    {
        FlatMemory<T> allValues = new(values), allGradients = new(gradient), allBuffers = new(_buffer), allDecays = new(DecayMask);
        T momentum = T.CreateChecked(_momentum), step = T.CreateChecked(-learningRate), decay = T.CreateChecked(WeightDecay);
        FlatPass.Run(Parameters.Count, (start, length) =>
        {
            Span<T> value = allValues.At(start, length), buffer = allBuffers.At(start, length);
            Span<T> scratch = stackalloc T[length];
            ReadOnlySpan<T> slope = allGradients.At(start, length);
            TensorPrimitives.Multiply(buffer, momentum, buffer);
            if (allDecays.IsEmpty)
            {
                TensorPrimitives.Add(buffer, slope, buffer);
            }
            else
            {
                TensorPrimitives.Multiply(allDecays.At(start, length), value, scratch);
                TensorPrimitives.MultiplyAdd(scratch, decay, slope, scratch);
                TensorPrimitives.Add(buffer, scratch, buffer);
            }

            TensorPrimitives.MultiplyAdd(buffer, step, value, value);
        });
        return true;
    }
}

using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>An optimiser over a <see cref="ParameterSet"/>: its state is a few flat vectors, cheap to step and plain to checkpoint.</summary>
/// <remarks>Scalars are held by name here and in other hot paths: TorchSharp 0.107 may collect an implicit one while an operator reads it.</remarks>
public abstract class Optimizer : IDisposable
{
    private readonly Tensor? _decayMask;

    /// <summary>Binds the optimiser to what it trains.</summary>
    /// <param name="parameters">What it trains.</param>
    /// <param name="weightDecay">0 or more.</param>
    /// <param name="decayAll">Whether decay also reaches what <see cref="ParameterSet.DecayMask"/> spares, as torch.optim's single group does.</param>
    protected Optimizer(ParameterSet parameters, double weightDecay, bool decayAll)
    {
        Parameters = parameters;
        WeightDecay = weightDecay;
        if (weightDecay <= 0)
            return;
        using Tensor mask = parameters.DecayMask();
        _decayMask = (decayAll ? ones_like(mask) : mask.clone()).DetachFromDisposeScope();
    }

    /// <summary>Steps taken.</summary>
    public long Steps { get; set; }

    /// <summary>The state vectors [P] by name, for checkpoints.</summary>
    public abstract IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>What is trained.</summary>
    protected ParameterSet Parameters { get; }

    /// <summary>The decay coefficient.</summary>
    protected double WeightDecay { get; }

    /// <summary>Makes the optimiser that the options name.</summary>
    public static Optimizer Create(TrainingOptions options, ParameterSet parameters) => options.Optimizer switch
    {
        "adamw" => new AdamW(parameters, options.WeightDecay),
        "sgd" => new Sgd(parameters, options.WeightDecay, options.Momentum),
        _ => throw Runtime.Nearest.Unknown("optimizer", options.Optimizer, ["adamw", "sgd"]),
    };

    /// <summary>Applies the gradients that stand in <c>.grad</c>.</summary>
    /// <param name="learningRate">This step's learning rate.</param>
    public void Step(double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Steps++;
        Tensor values = Parameters.Values();
        Update(values, Parameters.Gradients(), learningRate);
        Parameters.SetValues(values);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _decayMask?.Dispose();
        foreach (Tensor tensor in State.Values)
            tensor.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Changes <paramref name="values"/> [P] in place by the gradient [P].</summary>
    protected abstract void Update(Tensor values, Tensor gradient, double learningRate);

    /// <summary>target += factor * decayed part of values.</summary>
    protected void AddDecay(Tensor target, Tensor values, double factor)
    {
        if (_decayMask is null)
            return;
        using Scalar scale = factor;
        target.addcmul_(values, _decayMask, scale);
    }

    /// <summary>A zero vector [P] that outlives every scope.</summary>
    protected static Tensor Zeros(ParameterSet parameters)
    {
        using Tensor like = parameters.Values();
        return zeros_like(like).DetachFromDisposeScope();
    }
}

/// <summary>AdamW (Loshchilov 2019): decoupled decay, betas 0.9 and 0.999, eps 1e-8, as torch.optim.AdamW.</summary>
public sealed class AdamW : Optimizer
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
        _first = Zeros(parameters);
        _second = Zeros(parameters);
        State = new Dictionary<string, Tensor> { ["exp_avg"] = _first, ["exp_avg_sq"] = _second };
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    protected override void Update(Tensor values, Tensor gradient, double learningRate)
    {
        using Scalar beta1 = Beta1, rest1 = 1 - Beta1, beta2 = Beta2, rest2 = 1 - Beta2, epsilon = Epsilon;
        using Scalar correction = Math.Sqrt(1 - Math.Pow(Beta2, Steps)), step = -learningRate / (1 - Math.Pow(Beta1, Steps));
        _first.mul_(beta1).add_(gradient, alpha: rest1);
        _second.mul_(beta2).addcmul_(gradient, gradient, rest2);
        AddDecay(values, values, -learningRate * WeightDecay);
        Tensor denominator = _second.sqrt().div_(correction).PlusInPlace(epsilon);
        values.addcdiv_(_first, denominator, step);
    }
}

/// <summary>SGD with momentum and L2 decay added to the gradient, as torch.optim.SGD without dampening.</summary>
public sealed class Sgd : Optimizer
{
    private readonly double _momentum;
    private readonly Tensor _buffer;

    /// <inheritdoc cref="Optimizer(ParameterSet, double, bool)"/>
    public Sgd(ParameterSet parameters, double weightDecay, double momentum, bool decayAll = false)
        : base(parameters, weightDecay, decayAll)
    {
        _momentum = momentum;
        _buffer = Zeros(parameters);
        State = new Dictionary<string, Tensor> { ["momentum_buffer"] = _buffer };
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    protected override void Update(Tensor values, Tensor gradient, double learningRate)
    {
        AddDecay(gradient, values, WeightDecay);
        using Scalar momentum = _momentum, step = -learningRate;
        _buffer.mul_(momentum).PlusInPlace(gradient);
        values.add_(_buffer, alpha: step);
    }
}

using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>An optimiser over a <see cref="ParameterSet"/>: its state is a few flat vectors, cheap to step and plain to checkpoint.</summary>
/// <remarks>Scalars are held by name here and in other hot paths: TorchSharp 0.107 may collect an implicit one while an operator reads it.</remarks>
public abstract class Optimizer : IDisposable
{
    private const long PieceLength = 1 << 17;
    private readonly Tensor? _decayMask;
    private (long Start, long Length) _piece;

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
        "lamb" => new Lamb(parameters, options.WeightDecay),
        "sgd" => new Sgd(parameters, options.WeightDecay, options.Momentum),
        _ => throw Runtime.Nearest.Unknown("optimizer", options.Optimizer, ["adamw", "lamb", "sgd"]),
    };

    /// <summary>Applies the gradients that stand in <c>.grad</c>.</summary>
    /// <param name="learningRate">This step's learning rate.</param>
    public void Step(double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Steps++;
        Tensor values = Parameters.LiveValues, gradients = Parameters.LiveGradients;
        foreach ((long start, long length) in Pieces())
        {
            using DisposeScope piece = NewDisposeScope();
            _piece = (start, length);
            Update(Part(values), Part(gradients), learningRate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _decayMask?.Dispose();
        foreach (Tensor tensor in State.Values)
            tensor.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Changes a piece of the values in place by the same piece of the gradient, which it may overwrite.</summary>
    protected abstract void Update(Tensor values, Tensor gradient, double learningRate);

    /// <summary>target += factor * decayed part of values.</summary>
    protected void AddDecay(Tensor target, Tensor values, double factor)
    {
        if (_decayMask is null)
            return;
        using Scalar scale = factor;
        target.addcmul_(values, Part(_decayMask), scale);
    }

    /// <summary>Where the present piece starts.</summary>
    protected long PieceStart => _piece.Start;

    /// <summary>The present piece of a vector [P], as a view.</summary>
    protected Tensor Part(Tensor whole) => whole.narrow(0, _piece.Start, _piece.Length);

    /// <summary>What <see cref="Update"/> is given one after the other: pieces that stay in the processor's cache through all of its passes.</summary>
    protected virtual IEnumerable<(long Start, long Length)> Pieces()
    {
        for (long start = 0; start < Parameters.Count; start += PieceLength)
            yield return (start, Math.Min(PieceLength, Parameters.Count - start));
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
}

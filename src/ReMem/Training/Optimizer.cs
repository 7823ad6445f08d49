using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>
/// An optimiser over a <see cref="ParameterSet"/>: its state is a few flat vectors, cheap to step and plain to checkpoint.
/// </summary>
/// <remarks>Scalars are held by name here and in other hot paths: TorchSharp 0.107 may collect an implicit one while an operator reads
/// it.</remarks>
internal abstract class Optimizer : IDisposable
{
    private (long Start, long Length) _piece;

    /// <summary>Binds the optimiser to what it trains.</summary>
    /// <param name="parameters">What it trains.</param>
    /// <param name="weightDecay">0 or more.</param>
    /// <param name="decayAll">Whether decay also reaches what <see cref="ParameterSet.DecayMask"/> spares,
    /// as torch.optim's single group does.</param>
    protected Optimizer(ParameterSet parameters, double weightDecay, bool decayAll)
    {
        Parameters = parameters;
        WeightDecay = weightDecay;
        if (weightDecay <= 0)
            return;
        using Tensor mask = parameters.DecayMask();
        DecayMask = (decayAll ? ones_like(mask) : mask.clone()).DetachFromDisposeScope();
    }

    /// <summary>Steps taken.</summary>
    public long Steps { get; set; }

    /// <summary>The state vectors [P] by name, for checkpoints.</summary>
    public abstract IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>Whether a <see cref="FlatPass"/> is taken where there is one; else torch's operators, as on other devices.</summary>
    internal bool UsesFlatPass { get; init; } = true;

    /// <summary>What is trained.</summary>
    protected ParameterSet Parameters { get; }

    /// <summary>The decay coefficient.</summary>
    protected double WeightDecay { get; }

    /// <summary>Makes the optimiser that the options name.</summary>
    public static Optimizer Create(TrainingOptions options, ParameterSet parameters) => options.Optimizer switch
    {
        OptimizerKind.Lamb => new Lamb(parameters, options.WeightDecay),
        OptimizerKind.Sgd => new Sgd(parameters, options.WeightDecay, options.Momentum),
        _ => new AdamW(parameters, options.WeightDecay),
    };

    /// <summary>Applies the gradients that stand in <c>.grad</c>.</summary>
    /// <param name="learningRate">This step's learning rate.</param>
    public void Step(double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Steps++;
        Tensor values = Parameters.LiveValues, gradients = Parameters.LiveGradients;
        if (UsesFlatPass && FlatPass.Reaches(values)
            && (values.dtype == ScalarType.Float64
                ? Pass<double>(values, gradients, learningRate)
                : Pass<float>(values, gradients, learningRate)))
            return;
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
        DecayMask?.Dispose();
        foreach (Tensor tensor in State.Values)
            tensor.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Changes all of the values in place by a <see cref="FlatPass"/>; false where the optimiser has none.</summary>
    /// <typeparam name="T">The type of the vectors' numbers.</typeparam>
    private protected virtual bool Pass<T>(Tensor values, Tensor gradient, double learningRate)
        where T : unmanaged, IFloatingPointIeee754<T> => false;

    /// <summary>Changes a piece of the values in place by the same piece of the gradient, which it may overwrite.</summary>
    protected abstract void Update(Tensor values, Tensor gradient, double learningRate);

    /// <summary>target += factor * decayed part of values.</summary>
    protected void AddDecay(Tensor target, Tensor values, double factor)
    {
        if (DecayMask is null)
            return;
        using Scalar scale = factor;
        target.addcmul_(values, Part(DecayMask), scale);
    }

    /// <summary>1 where decay applies and 0 elsewhere [P]; null where it applies nowhere.</summary>
    private protected Tensor? DecayMask { get; }

    /// <summary>Where the present piece starts.</summary>
    protected long PieceStart => _piece.Start;

    /// <summary>The present piece of a vector [P], as a view.</summary>
    protected Tensor Part(Tensor whole) => whole.narrow(0, _piece.Start, _piece.Length);

    /// <summary>What <see cref="Update"/> is given one after the other.</summary>
    protected virtual IEnumerable<(long Start, long Length)> Pieces() => [(0, Parameters.Count)];
}

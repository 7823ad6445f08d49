using ReMem.Data;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>
/// The cross-entropy with the labels that teachers and students learn from: smoothed, weighted by class, or with logits adjusted by the
/// logarithm of the class frequencies (Menon 2021), by the options.
/// </summary>
internal sealed class LabelLoss : IDisposable
{
    private readonly double _smoothing;
    private readonly Tensor? _weights;
    private readonly Tensor? _shift;

    /// <summary>Prepares the loss.</summary>
    /// <param name="options">The options of the training.</param>
    /// <param name="counts">Training images of every class.</param>
    /// <exception cref="InputException">The options contradict each other.</exception>
    public LabelLoss(TrainingOptions options, IReadOnlyList<int> counts)
    {
        options.RequireConsistent("training");
        _smoothing = options.LabelSmoothing;
        if (ClassWeights.Of(options.ClassWeights, counts, "training.class_weights") is { } weights)
            _weights = Vector(weights);
        if (options.LogitAdjustment > 0)
        {
            // The class frequencies of training count. A class without images counts as one with a single image.
            double[] shares = SampledOrder.Shares([.. counts.Select(n => Math.Max(n, 1))], options.Sampling);
            _shift = Vector([.. shares.Select(s => options.LogitAdjustment * Math.Log(s))]);
        }
    }

    /// <summary>
    /// The mean over the batch's images that have labels, a scalar, 0 where none has; a weighted loss is also averaged over the images, not
    /// over their weights.
    /// </summary>
    /// <param name="logits">[B, C].</param>
    /// <param name="batch">Its labels, mixed or not.</param>
    public Tensor Of(Tensor logits, Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor adjusted = _shift is null ? logits : logits.Plus(_shift);
        Tensor targets = batch.Targets((int)logits.shape[1]);
        if (batch.LabelledRows() is { } rows)
        {
            if (rows.shape[0] == 0)
            {
                using Scalar nothing = 0;
                return (logits.sum() * nothing).MoveToOuterDisposeScope();
            }

            (adjusted, targets) = (adjusted.index_select(0, rows), targets.index_select(0, rows));
        }

        Tensor loss = _weights is null
            ? nn.functional.cross_entropy(adjusted, targets, label_smoothing: _smoothing)
            : nn.functional.cross_entropy(adjusted, targets, _weights, reduction: nn.Reduction.None, label_smoothing: _smoothing).mean();
        return loss.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _weights?.Dispose();
        _shift?.Dispose();
    }

    private static Tensor Vector(double[] values) => tensor(values.Select(v => (float)v).ToArray()).DetachFromDisposeScope();
}

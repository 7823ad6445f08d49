using ReMem.Data;
using ReMem.Models;
using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>The inputs of a <see cref="Trainer"/> besides its options.</summary>
public sealed record TrainingJob
{
    /// <summary>The name in progress and errors.</summary>
    public required string Stage { get; init; }

    /// <summary>The model, trained in place.</summary>
    public required ImageModel Model { get; init; }

    /// <summary>
    /// A module trained and checkpointed with the model but not part of it, such as a projection. Null where there is none.
    /// </summary>
    public nn.Module? Auxiliary { get; init; }

    /// <summary>The training batches.</summary>
    public required BatchLoader Train { get; init; }

    /// <summary>The scalar loss of a batch at a step: a tensor of one element.</summary>
    public Func<ImageModel, Batch, TrainingStep, Tensor> Loss { get; init; } =
        (_, _, _) => throw new InvalidOperationException("a training job needs a loss");

    /// <summary>
    /// A description of loss and gradient. A checkpoint with another one is not resumed, since the result would belong to neither.
    /// </summary>
    public string Objective { get; init; } = string.Empty;

    /// <summary>
    /// The teacher's weight in the loss of a step, counted from 0, where a schedule changes it; recorded per epoch. Null where it is
    /// constant.
    /// </summary>
    public Func<long, double>? TeacherWeight { get; init; }

    /// <summary>Makes the gradient function; default the plain gradient.</summary>
    internal Func<ParameterSet, IGradientFunction>? Gradient { get; init; }

    /// <summary>Called with the model before the first step of each epoch; null is nothing.</summary>
    internal Action<ImageModel>? BeginEpoch { get; init; }

    /// <summary>
    /// Called after a validation, with the model as it was validated and its epoch, from 1; null is nothing. It must not change the model.
    /// </summary>
    internal Action<ImageModel, int>? Validated { get; init; }

    /// <summary>Validation top-1 in [0, 1] and mean cross-entropy; null validates nothing.</summary>
    public Func<ImageModel, (double Top1, double Loss)>? Validate { get; init; }

    /// <summary>The run's seed; the random numbers of a step are a function of it and the step.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// Which view of each image epoch e uses; default e itself, so that views never repeat. Where it is given, an image that is drawn more
    /// than once per epoch has the same view each time, so that a teacher's outputs can be cached.
    /// </summary>
    public Func<int, int>? ViewEpoch { get; init; }

    /// <summary>Whether a progressive training's batches also have their views at full size, for a teacher. Default false.</summary>
    public bool FullViews { get; init; }

    /// <summary>The file of the checkpoint, written after every epoch; null writes none. An existing one is resumed.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Receives progress; may be null.</summary>
    public IProgress<ProgressReport>? Progress { get; init; }
}

using ReMem.Data;
using ReMem.Models;
using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>What a <see cref="Trainer"/> needs beside its options.</summary>
public sealed record TrainingJob
{
    /// <summary>Named in progress and errors.</summary>
    public required string Stage { get; init; }

    /// <summary>What is trained, in place.</summary>
    public required ImageModel Model { get; init; }

    /// <summary>Trained and checkpointed beside the model, and no part of it: a projection, say. Null where there is none.</summary>
    public nn.Module? Auxiliary { get; init; }

    /// <summary>The training batches.</summary>
    public required BatchLoader Train { get; init; }

    /// <summary>The scalar loss of a batch at a step: a tensor of one element.</summary>
    public Func<ImageModel, Batch, TrainingStep, Tensor> Loss { get; init; } =
        (_, _, _) => throw new InvalidOperationException("a training job needs a loss");

    /// <summary>What loss and gradient are, in words. A checkpoint of another objective is not resumed, since the result would belong to neither.</summary>
    public string Objective { get; init; } = string.Empty;

    /// <summary>The share of a teacher in the loss of a step, counted from 0, where a schedule changes it; noted in the epochs' records. Null where none does.</summary>
    public Func<long, double>? TeacherWeight { get; init; }

    /// <summary>Makes the gradient function; default the plain gradient.</summary>
    internal Func<ParameterSet, IGradientFunction>? Gradient { get; init; }

    /// <summary>Validation top-1 in [0, 1] and mean cross-entropy; null validates nothing.</summary>
    public Func<ImageModel, (double Top1, double Loss)>? Validate { get; init; }

    /// <summary>The run's seed; every draw of a step is a function of it and the step.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// Which view of each image epoch e uses; default e itself, so views never repeat. Where it is given, an image that is drawn more than once an
    /// epoch shows that one view each time, by which a teacher's outputs can be kept.
    /// </summary>
    public Func<int, int>? ViewEpoch { get; init; }

    /// <summary>Whether a progressive training's batches have their views at full size too, as a teacher wants them. Default false.</summary>
    public bool FullViews { get; init; }

    /// <summary>Where the state is kept after every epoch; null keeps none. An existing one is resumed.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Told of progress; may be null.</summary>
    public IProgress<ProgressReport>? Progress { get; init; }
}

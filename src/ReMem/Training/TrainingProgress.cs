namespace ReMem.Training;

/// <summary>One epoch's record, as a line of <c>metrics.jsonl</c>.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="TrainLoss">Mean loss over the epoch's steps.</param>
/// <param name="Rise">Mean rise of the loss at SAM's perturbed weights, over the steps that measured it; 0 where none did.</param>
/// <param name="LearningRate">At the epoch's end.</param>
/// <param name="ValidationTop1">Share in [0, 1]; null where this epoch was not validated.</param>
/// <param name="ValidationLoss">Mean cross-entropy; null where this epoch was not validated.</param>
/// <param name="Seconds">Wall time of the epoch, validation included.</param>
/// <param name="DataSeconds">Of these, the time in which training stood still for want of images.</param>
public sealed record EpochRecord(
    int Epoch, double TrainLoss, double Rise, double LearningRate, double? ValidationTop1, double? ValidationLoss, double Seconds, double DataSeconds = 0)
{
    /// <summary>The share of a teacher in the loss at the epoch's end, 0 to 1; null where it does not change.</summary>
    public double? TeacherWeight { get; init; }
}

/// <summary>What a training did.</summary>
/// <param name="Epochs">One record an epoch.</param>
/// <param name="Steps">Optimiser steps taken.</param>
/// <param name="SkippedSteps">Steps left out since the gradient was not finite.</param>
/// <param name="Seconds">Wall time, summed over interruptions.</param>
public sealed record TrainingResult(IReadOnlyList<EpochRecord> Epochs, long Steps, int SkippedSteps, double Seconds)
{
    /// <summary>The epoch whose weights the model has, from 1; 0 while the training is not over.</summary>
    public int KeptEpoch { get; init; }

    /// <summary>Why it ended.</summary>
    public TrainingEnd End { get; init; }
}

/// <summary>Why a training ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs were done.</summary>
    AllEpochs,

    /// <summary>Validation had not improved for <see cref="TrainingOptions.Patience"/> epochs.</summary>
    NoImprovement,
}

/// <summary>A message of progress: of a training when <paramref name="Batches"/> is above 0, else a plain line.</summary>
/// <param name="Stage">What runs, such as "seed 0 / sam / teacher".</param>
/// <param name="Message">A line for a person; null for a mere tick.</param>
/// <param name="Epoch">From 1.</param>
/// <param name="Epochs">Of the stage.</param>
/// <param name="Batch">Done in this epoch.</param>
/// <param name="Batches">An epoch.</param>
/// <param name="Loss">Running mean of this epoch; NaN where a teacher's cache is built, which goes through images of views instead of batches of epochs.</param>
/// <param name="ImagesPerSecond">Of the stage so far.</param>
/// <param name="SecondsLeft">Of the stage, at that rate.</param>
public sealed record ProgressReport(
    string Stage,
    string? Message = null,
    int Epoch = 0,
    int Epochs = 0,
    int Batch = 0,
    int Batches = 0,
    double Loss = 0,
    double ImagesPerSecond = 0,
    double SecondsLeft = 0);

namespace ReMem.Training;

/// <summary>The result of a training.</summary>
/// <param name="Epochs">One record per epoch.</param>
/// <param name="Steps">Optimiser steps taken.</param>
/// <param name="SkippedSteps">Steps skipped since the gradient was not finite.</param>
/// <param name="Seconds">Wall time, summed over interruptions.</param>
public sealed record TrainingResult(IReadOnlyList<EpochRecord> Epochs, long Steps, int SkippedSteps, double Seconds)
{
    /// <summary>The epoch whose weights the model has, from 1; 0 before the training has ended.</summary>
    public int KeptEpoch { get; init; }

    /// <summary>Why the training ended.</summary>
    public TrainingEnd End { get; init; }
}

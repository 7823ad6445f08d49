namespace ReMem.Training;

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

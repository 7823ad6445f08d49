namespace ReMem.Training;

/// <summary>Linear warm-up to the peak, then half a cosine down to a share of it (Loshchilov 2017, without restarts).</summary>
/// <param name="Peak">The peak learning rate.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="WarmupSteps">Steps of the warm-up.</param>
/// <param name="MinRatio">The end, as a share of the peak.</param>
internal sealed record CosineSchedule(double Peak, long TotalSteps, long WarmupSteps, double MinRatio)
{
    /// <summary>The schedule of the options.</summary>
    /// <param name="options">Peak, end, warm-up and epochs.</param>
    /// <param name="batches">Steps per epoch.</param>
    internal static CosineSchedule Of(TrainingOptions options, int batches) =>
        new(options.Lr, (long)options.Epochs * batches, (long)(options.WarmupEpochs * batches), options.MinLrRatio);

    /// <summary>The learning rate of step <paramref name="step"/>, counted from 0.</summary>
    public double At(long step)
    {
        if (step < WarmupSteps)
            return Peak * (step + 1) / (WarmupSteps + 1);
        double progress = TotalSteps > WarmupSteps ? Math.Min(1, (double)(step - WarmupSteps) / (TotalSteps - WarmupSteps)) : 1;
        return Peak * (MinRatio + ((1 - MinRatio) * 0.5 * (1 + Math.Cos(Math.PI * progress))));
    }
}

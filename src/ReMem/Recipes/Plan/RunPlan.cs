namespace ReMem.Recipes.Plan;

/// <summary>What a run will cost on this machine: what is left of it, estimated from a few timed steps.</summary>
/// <param name="Parts">Parts (a seed of a method) in all.</param>
/// <param name="PartsLeft">Parts that are not done.</param>
/// <param name="Jobs">Parts at once.</param>
/// <param name="Stages">Each kind of work.</param>
/// <param name="Seconds">From start to end, the parts side by side where there are several jobs.</param>
/// <param name="PeakMemoryBytes">Resident memory of all processes together.</param>
/// <param name="DiskBytes">The most that the run folder grows by, checkpoints included.</param>
/// <param name="MeasuredSeconds">What measuring took.</param>
/// <param name="Warnings">What this machine lacks, each with how to mend it.</param>
internal sealed record RunPlan(
    int Parts,
    int PartsLeft,
    int Jobs,
    IReadOnlyList<PlanStage> Stages,
    double Seconds,
    long PeakMemoryBytes,
    long DiskBytes,
    double MeasuredSeconds,
    IReadOnlyList<string> Warnings)
{
    /// <summary>What the teacher caches grow by, where they are; the most, since nobody knows yet whether an earlier run has left some of it.</summary>
    public long CacheBytes { get; init; }

    /// <summary>Run folder and caches.</summary>
    internal long AllDiskBytes => DiskBytes + CacheBytes;
}

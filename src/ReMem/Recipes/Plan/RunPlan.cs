namespace ReMem.Recipes.Plan;

/// <summary>The estimated cost of the rest of a run on this machine, from a few timed steps.</summary>
/// <param name="Parts">Total number of parts (a seed of a method).</param>
/// <param name="PartsLeft">Unfinished parts.</param>
/// <param name="Jobs">Parts at once.</param>
/// <param name="Stages">Each kind of work.</param>
/// <param name="Seconds">Wall time from start to end, with parts in parallel where there are several jobs.</param>
/// <param name="PeakMemoryBytes">Resident memory of all processes together.</param>
/// <param name="DiskBytes">Maximal growth of the run folder, including checkpoints.</param>
/// <param name="MeasuredSeconds">Seconds that measuring took.</param>
/// <param name="Warnings">Missing resources of this machine, each with a remedy.</param>
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
    /// <summary>
    /// Maximal growth of the teacher caches, wherever they are, since it is not known yet whether existing ones can be used.
    /// </summary>
    public long CacheBytes { get; init; }

    /// <summary>Run folder and caches.</summary>
    internal long AllDiskBytes => DiskBytes + CacheBytes;
}

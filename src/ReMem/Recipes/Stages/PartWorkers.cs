using ReMem.Runtime;

namespace ReMem.Recipes.Stages;

/// <summary>
/// Computes parts in parallel. One process computes one part at a time, since torch's generator is global to the process.
/// </summary>
/// <param name="Jobs">Parts at once, 1 or more.</param>
/// <param name="Runner">Computes a part.</param>
internal sealed record PartWorkers(int Jobs, PartRunner Runner)
{
    /// <summary>Throws for a number of jobs below 1.</summary>
    /// <exception cref="InputException">It is below 1.</exception>
    internal static void RequireJobs(int jobs)
    {
        if (jobs < 1)
            throw new InputException($"The number of jobs is {jobs}; it must be 1 or more.", "--jobs",
                "Half the number of cores is a good start.");
    }

    /// <summary>Threads of each job, so that together they use the run's.</summary>
    /// <param name="jobs">Parts at once.</param>
    /// <param name="threads">The run's total threads; 0 is all cores.</param>
    public static int ThreadsEach(int jobs, int threads) =>
        Math.Max(1, (threads > 0 ? threads : Environment.ProcessorCount) / Math.Max(1, jobs));

    /// <summary>Computes all parts; the first error stops the others and is thrown.</summary>
    /// <exception cref="InputException">There is less than one job, or a part failed.</exception>
    public void Run(string folder, IEnumerable<ComparisonPart> parts, IProgress<ProgressReport> progress,
        CancellationToken cancellationToken)
    {
        RequireJobs(Jobs);
        Parallel.ForEachAsync(
            parts,
            new ParallelOptions { MaxDegreeOfParallelism = Jobs, CancellationToken = cancellationToken },
            async (part, stop) => await Runner(folder, part, progress, stop).ConfigureAwait(false)).GetAwaiter().GetResult();
    }
}

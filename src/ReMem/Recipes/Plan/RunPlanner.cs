using System.Diagnostics;
using System.Globalization;
using ReMem.Recipes.Stages;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Recipes.Plan;

/// <summary>
/// Estimates the cost of a run on this machine, by a few timed steps of its real models on its real data. The run itself is not affected:
/// torch's generator and number of threads are restored, and models, loaders and decoded images are separate.
/// </summary>
/// <param name="recipe">The job.</param>
/// <param name="options">The extent of timing, and the number of parts at once.</param>
internal sealed class RunPlanner(Recipe recipe, PlanOptions? options = null)
{
    private readonly PlanOptions _options = options ?? new PlanOptions();

    /// <summary>What was timed of the recipe's models and data before; null times them.</summary>
    public RunRates? Known { get; init; }

    /// <summary>Plans the rest of a run.</summary>
    /// <param name="data">The recipe's data.</param>
    /// <param name="folder">The run folder, which need not exist; finished parts are left out.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">An option is out of range, or a model does not fit the recipe.</exception>
    public RunPlan Plan(PreparedData data, string folder, CancellationToken cancellationToken = default)
    {
        DataOptions.Validate(_options, "plan");
        PartLeft[] parts = [.. recipe.Parts().Select(part => PartLeft.In(folder, part))];
        long begin = Stopwatch.GetTimestamp();
        RunRates rates = Known ?? Measure(data, cancellationToken);
        RunPlan plan = new PlanAssembler(recipe, PlanCounts.Of(data), rates, _options.Jobs).Assemble(parts);
        string caches = StudentCache.Root(recipe.Student.Distillation);
        return plan with
        {
            MeasuredSeconds = Stopwatch.GetElapsedTime(begin).TotalSeconds,
            Warnings = [.. Warnings(plan, AvailableMemory(), DiskSpace.Free(folder),
                DiskSpace.OnSameDisk(folder, caches) ? null : DiskSpace.Free(caches))],
        };
    }

    /// <summary>The warnings of a plan for a machine with this much memory and disk.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="memory">Bytes that this run may use; null where unknown.</param>
    /// <param name="disk">Free bytes on the disk of the run folder; null where unknown.</param>
    /// <param name="cacheDisk">Free bytes on the disk of the teacher caches, if it is another one; else null.</param>
    internal static IEnumerable<string> Warnings(RunPlan plan, long? memory, long? disk, long? cacheDisk = null)
    {
        if (plan.PeakMemoryBytes > memory)
        {
            string fewer = plan.Jobs > 1 ? "fewer --jobs, or a smaller" : "a smaller";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"about {plan.PeakMemoryBytes / 1e9:0.0} GB of memory are needed and {memory / 1e9:0.0} GB are free: use {fewer} "
                    + $"training.batch_size or data.image_size, or close other programs.");
        }

        const string roomier = "free some, or keep fewer views or logits with student.distillation.views or cache_top_k";
        long caches = cacheDisk is null ? plan.CacheBytes : 0, needed = plan.DiskBytes + caches;
        if (needed > disk)
        {
            string remedy = caches > 0
                ? FormattableString.Invariant($"{roomier} (teacher caches are {caches / 1e9:0.00} GB of it)") : "free some";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"about {needed / 1e9:0.00} GB of disk are needed and {disk / 1e9:0.00} GB are free: {remedy}, "
                    + $"or put the run on another disk with --out.");
        }

        if (plan.CacheBytes > cacheDisk)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"about {plan.CacheBytes / 1e9:0.00} GB of disk are needed for teacher caches and {cacheDisk / 1e9:0.00} GB are free "
                    + $"there: {roomier}, or choose another disk with student.distillation.cache.");
        }
    }

    private static long? AvailableMemory()
    {
        // Within a container the limit is below the machine's memory.
        long limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return Machine.AvailableMemory() is { } free ? Math.Min(limit, free + ProcessMemory.Now) : limit;
    }

    /// <summary>Times a few steps of each kind of work of the recipe.</summary>
    /// <param name="data">The recipe's data.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    internal RunRates Measure(PreparedData data, CancellationToken cancellationToken)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor generator = get_rng_state();
        int threads = get_num_threads();
        int each = _options.Jobs == 1 ? threads : PartWorkers.ThreadsEach(_options.Jobs, recipe.Threads);
        try
        {
            set_num_threads(each);
            return new CostMeasurement(recipe, data, _options, _options.Jobs == 1 ? data.Threads : each, cancellationToken).Run();
        }
        finally
        {
            set_num_threads(threads);
            set_rng_state(generator);
        }
    }
}

using System.Diagnostics;
using ReMem.Data;
using ReMem.Distillation;
using ReMem.Distillation.Cache;
using ReMem.Recipes.Stages;
using ReMem.Runtime;

namespace ReMem.Recipes.Run;

/// <summary>Runs a teacher over the views that a recipe's student will be shown, before any training.</summary>
/// <param name="recipe">Its student's part says which views, and its student.distillation.cache where the cache is.</param>
/// <param name="teacher">Answers.</param>
internal sealed class CacheBuild(Recipe recipe, LoadedTeacher teacher)
{
    private const string Stage = "cache";

    private string Where => recipe.Student.Distillation.Cache;

    /// <summary>Refuses what is wrong with the recipe before any image is read.</summary>
    /// <exception cref="InputException">It has no cache, or its student cannot be trained.</exception>
    public void RequireFit()
    {
        if (Where == DistillationOptions.None)
            throw new InputException(
                "There is no cache to build: --cache is none.", "command line", "Give a folder, or leave --cache out.");
        StageChecks.RequireTrainable(recipe, teacher: false);
    }

    /// <summary>Builds what is not there yet.</summary>
    /// <param name="dryRun">Only estimates its size.</param>
    /// <param name="progress">Hears of the work.</param>
    /// <param name="cancellationToken">Stops it; the shards that are done are kept.</param>
    public BuiltCache Run(bool dryRun, IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        PreparedData data = PreparedData.Open(recipe, progress);
        using var context = new StageContext(data, progress, cancellationToken);
        context.AlignClasses(teacher.Model, teacher.Labels, teacher.Source);
        var kept = new StudentCache(data, recipe.Student, recipe.Seeds[0]);
        BatchLoader batches = kept.Batches(teacher.Model);
        if (dryRun)
        {
            long bytes = TeacherCache.Estimate(batches, kept.SpecFor(teacher.Model), kept.Views);
            return new BuiltCache(null, kept.Views, batches.SlotsPerEpoch, bytes, 0, 0);
        }

        using TeacherCacheBuilder builder = Where == DistillationOptions.Auto
            ? kept.OpenAmong(TeacherCache.DefaultFolder, teacher.Model, teacher.Name, batches, Stage, progress)
            : kept.OpenAt(Where, teacher.Model, teacher.Name, batches, Stage, progress);
        var clock = Stopwatch.StartNew();
        int shards = builder.Build(kept.Views, cancellationToken);
        return new BuiltCache(
            Path.GetFullPath(builder.Cache.Folder), kept.Views, batches.SlotsPerEpoch, builder.Cache.Bytes(kept.Views),
            shards, clock.Elapsed.TotalSeconds);
    }
}

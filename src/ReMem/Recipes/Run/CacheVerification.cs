using ReMem.Data;
using ReMem.Distillation.Cache;
using ReMem.Recipes.Stages;
using ReMem.Runtime;

namespace ReMem.Recipes.Run;

/// <summary>Runs a cache's teacher again on a sample of the images that it was built from, and compares.</summary>
/// <param name="cache">The cache.</param>
internal sealed class CacheVerification(TeacherCache cache)
{
    private const string File = "cache.json";

    private TeacherCacheOrigin Origin => cache.Manifest.Origin;

    /// <summary>Where the teacher is: where a person says, else where the cache notes it.</summary>
    /// <exception cref="InputException">Neither says.</exception>
    public string TeacherSource(string? given) =>
        given ?? Origin.Teacher
            ?? throw new InputException("The cache does not note its teacher.", cache.Folder, "Give --teacher-dir DIR.");

    /// <summary>The recipe that the cache notes.</summary>
    /// <param name="source">The data set, where it has moved; null is as the cache notes.</param>
    /// <param name="overrides">Further key=value pairs.</param>
    /// <exception cref="InputException">The cache notes none, or a pair is wrong.</exception>
    public Recipe Recipe(string? source, IEnumerable<string> overrides)
    {
        string noted = Origin.Recipe
            ?? throw new InputException(
                "The cache does not note the recipe it was built for.", cache.Folder, "Verify it with the program that built it.");
        string[] moved = source is null ? [] : [$"data.source={CommandRecipe.Quote(source)}"];
        return RecipeReader.Parse(noted, Path.Combine(cache.Folder, File), [.. moved, .. overrides]);
    }

    /// <summary>Checks every shard, and the teacher's answers on a sample.</summary>
    /// <param name="recipe">Of <see cref="Recipe"/>.</param>
    /// <param name="teacher">The cache's.</param>
    /// <param name="options">How many images, and what passes.</param>
    /// <param name="progress">Hears of the data.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public TeacherCacheCheck Run(
        Recipe recipe, LoadedTeacher teacher, TeacherCacheVerifierOptions options, IProgress<ProgressReport> progress,
        CancellationToken cancellationToken)
    {
        PreparedData prepared = PreparedData.Open(recipe, progress);
        using var context = new StageContext(prepared, progress, cancellationToken);
        context.AlignClasses(teacher.Model, teacher.Labels, teacher.Source);
        var kept = new StudentCache(prepared, recipe.Student, Origin.Seed);
        BatchLoader batches = kept.Batches(teacher.Model);
        return new TeacherCacheVerifier(options).Run(cache, kept.Key(teacher.Model, batches), teacher.Model, batches, cancellationToken);
    }
}

using ReMem.Data;
using ReMem.Distillation;
using ReMem.Distillation.Cache;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Runtime;

namespace ReMem.Recipes.Stages;

/// <summary>The teacher's outputs that a recipe's student learns from, kept on disk.</summary>
/// <param name="data">The images.</param>
/// <param name="recipe">The student: its views are what the teacher is shown.</param>
/// <param name="seed">The recipe's seed, which decides the views.</param>
internal sealed class StudentCache(PreparedData data, StudentRecipe recipe, int seed)
{
    /// <summary>How many views of an image the training shows.</summary>
    public int Views => recipe.Distillation.ShownViews(recipe.Training.Epochs);

    /// <summary>
    /// Whether the recipe has teachers' outputs kept on disk; auto leaves what is said of places, which is large, to memory.
    /// </summary>
    internal bool IsWanted => recipe.Distillation.AsksTeacher && recipe.Distillation.Cache switch
    {
        DistillationOptions.None => false,
        DistillationOptions.Auto => recipe.Distillation.RecycledViews(recipe.Training.Epochs) > 0 && !Objective.NeedsMaps,
        _ => true,
    };

    /// <summary>The outputs of a teacher that the recipe's objective needs.</summary>
    /// <exception cref="InputException">The two models have no such outputs.</exception>
    public TargetSpec SpecFor(ImageModel teacher)
    {
        using ImageModel? student = Objective.NeedsMaps
            ? StageModels.Untrained(recipe.Model, recipe.ImageSize, recipe.Training, data)
            : null;
        return TargetSpec.Of(Objective, student, recipe.ImageSize ?? data.ImageSize, teacher, recipe.Distillation.CacheTopK);
    }

    private DistillationObjective Objective => DistillationObjective.Parse(recipe.Distillation.Objective);

    /// <summary>The student's training batches.</summary>
    /// <param name="teacher">Where it takes another size, they hold the same views at that one, too; null is none.</param>
    public BatchLoader Batches(ImageModel? teacher) => data.StudentTraining(
        recipe.Training,
        ModelCatalogue.Info(recipe.Model),
        recipe.ImageSize ?? data.ImageSize,
        StageModels.Derive(seed, "student"),
        recipe.Distillation.RecycledViews(recipe.Training.Epochs) > 0,
        teacher);

    /// <summary>The key of what a teacher says of these batches.</summary>
    public TeacherCacheKey Key(ImageModel teacher, BatchLoader batches) =>
        TeacherCacheKey.Of(teacher, batches, data.Fingerprint(batches.Source), recipe.Distillation.TeacherPrecision);

    /// <summary>The cache as the recipe's student.distillation.cache says; null where there is to be none.</summary>
    /// <param name="teacher">Answers.</param>
    /// <param name="teacherFolder">The teacher's model folder, which is noted; null where it has none.</param>
    /// <param name="batches">Those of <see cref="Batches"/>.</param>
    /// <param name="several">Whether the recipe has several teachers: then a folder that it names holds a cache for each.</param>
    /// <param name="stage">Named in progress.</param>
    /// <param name="progress">Hears of the work.</param>
    /// <exception cref="InputException">The folder holds another cache or other files, or the disk has no room.</exception>
    public TeacherCacheBuilder? Open(
        ImageModel teacher, string? teacherFolder, BatchLoader batches, bool several, string stage, IProgress<ProgressReport>? progress)
    {
        string where = recipe.Distillation.Cache;
        if (!IsWanted)
            return null;
        return where == DistillationOptions.Auto || several
            ? OpenAmong(Root(recipe.Distillation), teacher, teacherFolder, batches, stage, progress)
            : OpenAt(where, teacher, teacherFolder, batches, stage, progress);
    }

    /// <summary>Where caches are that several teachers have.</summary>
    internal static string Root(DistillationOptions options) =>
        options.Cache == DistillationOptions.Auto ? TeacherCache.DefaultFolder : options.Cache;

    /// <summary>The cache that the key names among those of a folder.</summary>
    /// <inheritdoc cref="Open"/>
    public TeacherCacheBuilder OpenAmong(
        string root, ImageModel teacher, string? teacherFolder, BatchLoader batches, string stage, IProgress<ProgressReport>? progress)
    {
        TeacherCacheKey key = Key(teacher, batches);
        TargetSpec spec = SpecFor(teacher);
        string folder = TeacherCache.FolderOf(root, key, teacher, spec);
        if (!Directory.Exists(folder) && TeacherCacheStore.NearestDifferences(root, key) is { } differences)
            progress?.Report(
                new MessageProgress(stage, $"an earlier cache of this teacher does not fit: {string.Join("; ", differences)}"));
        return OpenAt(folder, key, spec, teacher, teacherFolder, batches, stage, progress);
    }

    /// <summary>The cache in a folder of its own.</summary>
    /// <inheritdoc cref="Open"/>
    public TeacherCacheBuilder OpenAt(
        string folder, ImageModel teacher, string? teacherFolder, BatchLoader batches, string stage, IProgress<ProgressReport>? progress) =>
        OpenAt(folder, Key(teacher, batches), SpecFor(teacher), teacher, teacherFolder, batches, stage, progress);

    private static string? Absolute(string? source) => Path.Exists(source) ? Path.GetFullPath(source) : source;

    // The key hashes all of the teacher's weights and the spec may need a student made, so that both are made once.
    private TeacherCacheBuilder OpenAt(
        string folder, TeacherCacheKey key, TargetSpec spec, ImageModel teacher, string? teacherFolder, BatchLoader batches,
        string stage, IProgress<ProgressReport>? progress)
    {
        var noted = new Recipe
        {
            Name = "cache",
            Data = data.Recipe with { Source = Absolute(data.Recipe.Source)!, Unlabelled = Absolute(data.Recipe.Unlabelled) },
            Student = recipe,
            Seeds = [seed],
        };
        TeacherCache cache = TeacherCache.OpenOrCreate(
            folder,
            key,
            batches,
            spec,
            new TeacherCacheOrigin(teacherFolder, RecipeReader.Write(noted), seed, data.Dataset.Classes));
        long missing = cache.MissingBytes(Views);
        progress?.Report(new MessageProgress(stage,
            $"teacher cache {cache.Folder}: {Views} views of {cache.Manifest.Slots} images, {DiskSpace.Text(cache.Bytes(Views))}, "
            + (missing == 0 ? "all there" : $"{DiskSpace.Text(missing)} of it to be built")));
        return new TeacherCacheBuilder(cache, teacher, batches, stage, progress);
    }
}

using ReMem.Data;
using ReMem.Distillation.Cache;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Tests.Training;

namespace ReMem.Tests.Distillation.Cache;

/// <summary>Caches of the tiny trainings: two shards of five images and one of two, of three classes.</summary>
internal static class TinyCache
{
    public const int ShardSlots = 5;

    public static TeacherCacheOrigin Origin { get; } = new(null, null, 0, ["a", "b", "c"]);

    /// <summary>A teacher's logits, its pooled feature where wanted, and maps.</summary>
    public static TargetSpec Spec(ImageModel teacher, bool features = false, int topK = 0, MapSpec? maps = null) =>
        new(teacher.Options.NumClasses, features ? teacher.NumFeatures : 0, topK, maps);

    public static TeacherCache Open(
        string folder, ImageModel teacher, BatchLoader? loader = null, TargetSpec? spec = null, string data = "data",
        TeacherCacheOrigin? origin = null, int shardSlots = ShardSlots)
    {
        loader ??= TinyTraining.Loader();
        return TeacherCache.OpenOrCreate(folder, TeacherCacheKey.Of(teacher, loader, data), loader, spec ?? Spec(teacher),
            origin ?? Origin, shardSlots);
    }

    public static TeacherCacheBuilder Builder(
        string folder, ImageModel teacher, BatchLoader? loader = null, TargetSpec? spec = null,
        IProgress<ProgressReport>? progress = null)
    {
        loader ??= TinyTraining.Loader();
        return new TeacherCacheBuilder(Open(folder, teacher, loader, spec), teacher, loader, "tiny", progress);
    }

    /// <summary>Counts the batches that a model is shown.</summary>
    public static Func<int> CountPasses(ImageModel model)
    {
        int passes = 0;
        model.register_forward_pre_hook((_, input) =>
        {
            Interlocked.Increment(ref passes);
            return input;
        });
        return () => passes;
    }

    /// <summary>Every file of a cache with its bytes.</summary>
    public static Dictionary<string, byte[]> Shards(string folder) =>
        Directory.EnumerateFiles(folder, "shard-*", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(folder, f), File.ReadAllBytes);
}

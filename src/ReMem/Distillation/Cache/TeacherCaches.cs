using ReMem.Models;
using ReMem.Runtime;
using ReMem.Weights;

namespace ReMem.Distillation.Cache;

/// <summary>The caches of a folder, or of the user's cache folder, and their removal.</summary>
internal static class TeacherCaches
{
    /// <summary>The caches of a folder; without one, of the user's folder, which need not exist.</summary>
    /// <exception cref="InputException">The folder does not exist or cannot be read.</exception>
    public static IReadOnlyList<TeacherCacheInfo> List(string? folder) =>
        folder is null && !Directory.Exists(TeacherCache.DefaultFolder) ? [] : TeacherCacheStore.List(folder ?? TeacherCache.DefaultFolder);

    /// <summary>Chooses the caches to remove.</summary>
    /// <param name="folder">As in <see cref="List"/>.</param>
    /// <param name="options">The criteria.</param>
    /// <param name="remove">Whether to remove them; those in use stay.</param>
    /// <exception cref="InputException">No criterion was given, one is out of range, or a file cannot be removed.</exception>
    public static IReadOnlyList<CacheRemoval> Prune(string? folder, TeacherCachePrunerOptions options, bool remove) =>
    [
        .. new TeacherCachePruner(options).Choose(List(folder), DateTimeOffset.UtcNow, Fingerprint)
            .Select(c => new CacheRemoval(c.Cache.Folder, c.Cache.Bytes, c.Reason, remove && TeacherCacheStore.Remove(c.Cache))),
    ];

    /// <summary>The fingerprint of a teacher on disk, its classes in the cache's order; null where that teacher is missing.</summary>
    private static string? Fingerprint(TeacherCacheOrigin origin)
    {
        if (!Directory.Exists(origin.Teacher))
            return null;
        FileHandles.Require();
        Libtorch.Load();
        try
        {
            (ImageModel model, IReadOnlyList<string> labels) = ModelFolder.Load(origin.Teacher);
            using (model)
            {
                ClassOrder.Apply(model, labels, origin.Classes, origin.Teacher);
                return ModelFingerprint.Of(model);
            }
        }
        catch (InputException)
        {
            return null;
        }
    }
}

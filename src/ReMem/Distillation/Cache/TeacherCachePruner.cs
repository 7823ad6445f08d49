using ReMem.Runtime;
using ReMem.Weights.Hub;

namespace ReMem.Distillation.Cache;

/// <summary>Chooses the caches to remove.</summary>
/// <param name="options">Which are no longer wanted.</param>
internal sealed class TeacherCachePruner(TeacherCachePrunerOptions options)
{
    /// <summary>The caches to remove, and why. Nothing is removed yet; <see cref="TeacherCacheStore.Remove"/> does that.</summary>
    /// <param name="caches">Of <see cref="TeacherCacheStore.List"/>.</param>
    /// <param name="now">The time.</param>
    /// <param name="fingerprintOfTeacher">The fingerprint of a cache's teacher as it is now; null where it is gone. Asked for teachers in folders only.</param>
    /// <exception cref="InputException">No criterion was given, or one is out of range.</exception>
    public IReadOnlyList<PrunedCache> Choose(IReadOnlyList<TeacherCacheInfo> caches, DateTimeOffset now, Func<TeacherCacheOrigin, string?> fingerprintOfTeacher)
    {
        DataOptions.Validate(options, "prune");
        if (options is { OlderThanDays: null, MaxBytes: null, Stale: false, All: false })
            throw new InputException("Nothing says which teacher caches are to go.", "command line", "Give --older-than DAYS, --max-size BYTES, --stale or --all.");
        var chosen = new List<PrunedCache>();
        long kept = 0;
        foreach (TeacherCacheInfo cache in caches.OrderByDescending(c => c.Used))
        {
            string? reason = options.All ? "all are to go" : Old(cache, now) ?? (options.Stale ? Staleness(cache, fingerprintOfTeacher) : null);
            if (reason is null && options.MaxBytes is { } most && kept + cache.Bytes > most)
                reason = $"the more recently used ones fill {DiskSpace.Text(most)}";
            if (reason is null)
                kept += cache.Bytes;
            else
                chosen.Add(new PrunedCache(cache, reason));
        }

        return chosen;
    }

    private string? Old(TeacherCacheInfo cache, DateTimeOffset now) => options.OlderThanDays is { } days && (now - cache.Used).TotalDays > days
        ? FormattableString.Invariant($"not used for {(now - cache.Used).TotalDays:0} days")
        : null;

    private static string? Staleness(TeacherCacheInfo cache, Func<TeacherCacheOrigin, string?> fingerprintOfTeacher)
    {
        if (cache.Manifest is not { } manifest)
            return "it cannot be read";
        // What is in the hub under one name and revision stays what it is.
        if (manifest.Origin.Teacher is not { } folder || WeightSource.IsRemote(folder))
            return null;
        string? now = fingerprintOfTeacher(manifest.Origin);
        return now is null ? "its teacher is gone" : now != new TeacherCacheKey(manifest.Key).TeacherFingerprint ? "its teacher has other weights now" : null;
    }
}

using ReMem.Runtime;
using ReMem.Weights.Hub;

namespace ReMem.Distillation.Cache;

/// <summary>Chooses the caches to remove.</summary>
/// <param name="options">The criteria.</param>
internal sealed class TeacherCachePruner(TeacherCachePrunerOptions options)
{
    /// <summary>The caches to remove, and why. Nothing is removed yet; <see cref="TeacherCacheStore.Remove"/> does that.</summary>
    /// <param name="caches">The result of <see cref="TeacherCacheStore.List"/>.</param>
    /// <param name="now">The time.</param>
    /// <param name="fingerprintOfTeacher">
    /// The present fingerprint of a cache's teacher; null where it is missing. Only called for teachers in folders.
    /// </param>
    /// <exception cref="InputException">No criterion was given, or one is out of range.</exception>
    public IReadOnlyList<PrunedCache> Choose(IReadOnlyList<TeacherCacheInfo> caches, DateTimeOffset now,
        Func<TeacherCacheOrigin, string?> fingerprintOfTeacher)
    {
        DataOptions.Validate(options, "prune");
        if (options is { OlderThanDays: null, MaxBytes: null, Stale: false, All: false })
            throw new InputException(
                "No criterion says which teacher caches to remove.", "command line",
                "Give --older-than DAYS, --max-size BYTES, --stale or --all.");
        var chosen = new List<PrunedCache>();
        long kept = 0;
        foreach (TeacherCacheInfo cache in caches.OrderByDescending(c => c.Used))
        {
            string? reason = options.All ? "all are to be removed" : Old(cache, now)
                ?? (options.Stale ? Staleness(cache, fingerprintOfTeacher) : null);
            if (reason is null && options.MaxBytes is { } max && kept + cache.Bytes > max)
                reason = $"the more recently used ones fill {DiskSpace.Text(max)}";
            if (reason is null)
                kept += cache.Bytes;
            else
                chosen.Add(new PrunedCache(cache, reason));
        }

        return chosen;
    }

    private string? Old(TeacherCacheInfo cache, DateTimeOffset now) =>
        options.OlderThanDays is { } days && (now - cache.Used).TotalDays > days
        ? FormattableString.Invariant($"not used for {(now - cache.Used).TotalDays:0} days")
        : null;

    private static string? Staleness(TeacherCacheInfo cache, Func<TeacherCacheOrigin, string?> fingerprintOfTeacher)
    {
        if (cache.Manifest is not { } manifest)
            return "it cannot be read";
        // A teacher on the hub under one name and revision does not change.
        if (manifest.Origin.Teacher is not { } folder || WeightSource.IsRemote(folder))
            return null;
        string? now = fingerprintOfTeacher(manifest.Origin);
        return now is null ? "its teacher is missing" : now != new TeacherCacheKey(manifest.Key).TeacherFingerprint
            ? "its teacher has other weights now" : null;
    }
}

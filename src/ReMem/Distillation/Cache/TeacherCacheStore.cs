namespace ReMem.Distillation.Cache;

/// <summary>Finds, describes and removes caches.</summary>
internal static class TeacherCacheStore
{
    /// <summary>Maximal depth below a folder in which caches are looked for.</summary>
    private const int MaxDepth = 3;

    /// <summary>The caches in a folder: itself, or those up to three folders below it. Most recently used first.</summary>
    /// <exception cref="InputException">The folder does not exist or cannot be read.</exception>
    public static IReadOnlyList<TeacherCacheInfo> List(string folder)
    {
        if (!Directory.Exists(folder))
            throw new InputException("The folder of teacher caches does not exist.", folder,
                "Give a folder that 'remem cache build' or a training wrote.");
        try
        {
            return [.. Directory.EnumerateFiles(
                folder, TeacherCacheManifest.FileName,
                new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = MaxDepth,
                AttributesToSkip = FileAttributes.ReparsePoint })
                .Select(file => Describe(Path.GetDirectoryName(file)!)).OrderByDescending(c => c.Used)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException("The folder of teacher caches cannot be read.", folder, "Check its permissions.", e);
        }
    }

    /// <summary>Describes one cache, without counting as a use.</summary>
    public static TeacherCacheInfo Describe(string folder)
    {
        long bytes = Own(folder).Sum(file => new FileInfo(file).Length);
        DateTimeOffset used = TeacherCache.LastUse(folder);
        try
        {
            using TeacherCache cache = TeacherCache.Peek(folder);
            return new TeacherCacheInfo(folder, bytes, used, cache.CompleteViews(), cache.PresentShards().Count(), cache.Shards,
                cache.Manifest, null);
        }
        catch (InputException e)
        {
            return new TeacherCacheInfo(folder, bytes, used, 0, 0, 0, null, e.Message);
        }
    }

    /// <summary>The differences of the nearest cache of the same teacher in a folder; null where there is none but the key's own.</summary>
    internal static IReadOnlyList<string>? NearestDifferences(string folder, TeacherCacheKey key)
    {
        IReadOnlyList<string>? Differences(string cache)
        {
            try
            {
                var other = new TeacherCacheKey(TeacherCacheManifest.Read(cache).Key);
                return other.TeacherFingerprint == key.TeacherFingerprint && other.DifferencesFrom(key) is { Count: > 0 } differences
                    ? differences
                    : null;
            }
            catch (Exception e) when (e is InputException or KeyNotFoundException)
            {
                return null;
            }
        }

        return !Directory.Exists(folder)
            ? null
            : Directory.EnumerateDirectories(folder).Select(Differences).OfType<IReadOnlyList<string>>().MinBy(d => d.Count);
    }

    /// <summary>Removes a cache's own files, and its folder where nothing else is in it.</summary>
    /// <returns>False where a process uses it: then nothing is removed.</returns>
    /// <exception cref="InputException">A file cannot be removed.</exception>
    public static bool Remove(TeacherCacheInfo cache)
    {
        using (IDisposable? alone = TeacherCache.TryHoldAlone(cache.Folder))
        {
            if (alone is null)
                return false;
            try
            {
                // The manifest is removed first: the rest of an interrupted removal is not a cache.
                foreach (string file in Own(cache.Folder).OrderBy(f => Path.GetFileName(f) != TeacherCacheManifest.FileName).ToArray())
                    File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new InputException("The teacher cache cannot be removed.", cache.Folder, "Check its permissions.", e);
            }
        }

        foreach (string folder in Directory.EnumerateDirectories(cache.Folder, "view-*").Append(cache.Folder).ToArray())
        {
            if (!Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
        }

        return true;
    }

    /// <summary>The files of a cache: a folder may hold others.</summary>
    private static IEnumerable<string> Own(string folder) => new[] { TeacherCacheManifest.FileName, TeacherCache.LockFile }
        .Select(name => Path.Combine(folder, name)).Where(File.Exists)
        .Concat(Directory.EnumerateDirectories(folder, "view-*").SelectMany(view => Directory.EnumerateFiles(view, "shard-*")));
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ReMem.Data;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Runtime;

namespace ReMem.Distillation.Cache;

/// <summary>
/// A teacher's outputs on disk: cache.json, and view-00000/shard-00000.bin and so on. It grows by views: a student with eight views adds to
/// the four views of an earlier one. Shards appear whole or not at all, so that any number of processes may read and build one cache.
/// </summary>
internal sealed class TeacherCache : IDisposable
{
    private const string UseFile = ".in-use";
    internal const string LockFile = ".lock";

    private const int DefaultShardSlots = 1024;
    private const int MaxShardSlots = 1 << 20;

    // A shard is built in memory.
    private const int MaxShardBytes = 1 << 28;
    private readonly IDisposable? _use;

    private TeacherCache(string folder, TeacherCacheManifest manifest, bool use)
    {
        (Folder, Manifest) = (folder, manifest);
        Key = new TeacherCacheKey(manifest.Key);
        Fingerprint = FingerprintOf(Key, manifest.Spec);
        Row = new TargetRow(manifest.Spec);
        if (use)
            _use = Use();
    }

    /// <summary>The user's folder of caches by key.</summary>
    public static string DefaultFolder => UserCache.Folder("teachers");

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Its manifest.</summary>
    public TeacherCacheManifest Manifest { get; }

    /// <summary>The key of its content.</summary>
    public TeacherCacheKey Key { get; }

    /// <summary>The form of its rows.</summary>
    public TargetRow Row { get; }

    /// <summary>Shards per view.</summary>
    public int Shards => (Manifest.Slots + Manifest.ShardSlots - 1) / Manifest.ShardSlots;

    /// <summary>Fingerprint of key and layout, 64 hexadecimal digits.</summary>
    internal string Fingerprint { get; }

    /// <summary>Opens a cache that exists.</summary>
    /// <exception cref="InputException">It does not exist, or its manifest is damaged.</exception>
    public static TeacherCache Open(string folder) => new(folder, TeacherCacheManifest.Read(folder), use: true);

    /// <summary>Opens a cache to inspect it, which does not count as a use and does not prevent its removal.</summary>
    internal static TeacherCache Peek(string folder) => new(folder, TeacherCacheManifest.Read(folder), use: false);

    /// <summary>Opens the cache of a key, or creates it.</summary>
    /// <param name="folder">The cache's own folder; new, empty, or this same cache.</param>
    /// <param name="key">The required key.</param>
    /// <param name="loader">Makes the views.</param>
    /// <param name="spec">The outputs to store; a cache with more of them also fits.</param>
    /// <param name="origin">The origin of a new cache.</param>
    /// <param name="shardSlots">
    /// Images per file of a new cache, 1 to 1048576; rounded to whole batches where images are mixed, and fewer where they would take more
    /// than 256 MiB. A killed build loses at most one file.
    /// </param>
    /// <exception cref="InputException">
    /// The folder holds other files or another cache (the message lists the differences), or cannot be written.
    /// </exception>
    public static TeacherCache OpenOrCreate(
        string folder, TeacherCacheKey key, BatchLoader loader, TargetSpec spec, TeacherCacheOrigin origin,
        int shardSlots = DefaultShardSlots)
    {
        spec.RequireValid();
        int slots = ShardSlots(loader, spec, shardSlots);
        string path = Path.Combine(folder, TeacherCacheManifest.FileName);
        if (!File.Exists(path))
        {
            using IDisposable held = FileLock.TakeAsync(Path.Combine(folder, LockFile), () => { }, default).GetAwaiter().GetResult();
            if (!File.Exists(path))
            {
                if (Directory.EnumerateFileSystemEntries(folder)
                    .Any(e => Path.GetFileName(e) is var name && name is not (LockFile or UseFile)
                        && !name.EndsWith(".tmp", StringComparison.Ordinal)))
                    throw new InputException(
                        "The folder holds files that are not a teacher cache.", folder, "Give another folder for the cache.");
                AtomicFile.WriteAllText(path, Json.Serialize(new TeacherCacheManifest(
                    TeacherCacheManifest.CurrentFormat, key.Parts, spec.Classes, spec.Features, spec.TopK, loader.SlotsPerEpoch, slots,
                    DateTimeOffset.UtcNow, origin, spec.Maps)));
            }
        }

        TeacherCache cache = Open(folder);
        try
        {
            cache.RequireKey(key);
            cache.Require(spec);
            return cache;
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    /// <summary>The folder of a key's cache among others: its own, or an existing one that stores more than requested.</summary>
    /// <param name="root">Where the caches are, such as <see cref="DefaultFolder"/>.</param>
    /// <param name="key">Determines the name.</param>
    /// <param name="teacher">The teacher of its outputs.</param>
    /// <param name="spec">The requested outputs.</param>
    public static string FolderOf(string root, TeacherCacheKey key, ImageModel teacher, TargetSpec spec)
    {
        spec.RequireValid();
        string Named(TargetSpec stored) => Path.Combine(root, FingerprintOf(key, stored)[..16]);
        string own = Named(spec), richer = Named(spec with { Features = teacher.NumFeatures });
        return !File.Exists(Path.Combine(own, TeacherCacheManifest.FileName))
            && File.Exists(Path.Combine(richer, TeacherCacheManifest.FileName)) ? richer : own;
    }

    /// <summary>Throws for a cache of another teacher, data set, view policy, resolution or seed.</summary>
    /// <exception cref="InputException">The key differs; the message lists the differences.</exception>
    public void RequireKey(TeacherCacheKey key)
    {
        IReadOnlyList<string> differences = Key.DifferencesFrom(key);
        if (differences.Count == 0)
            return;
        const int MaxListed = 3;
        string more = differences.Count > MaxListed ? $" and {differences.Count - MaxListed} more" : string.Empty;
        throw new InputException(
            $"The teacher cache does not fit: {string.Join("; ", differences.Take(MaxListed))}{more}.", Folder,
            "Give another folder for the cache, or remove this one.");
    }

    /// <summary>Whether a shard exists.</summary>
    public bool Has(int view, int shard) => File.Exists(ShardPath(view, shard));

    /// <summary>Number of complete views, from the first on.</summary>
    public int CompleteViews()
    {
        int view = 0;
        while (Enumerable.Range(0, Shards).All(shard => Has(view, shard)))
            view++;
        return view;
    }

    /// <summary>Every existing shard.</summary>
    public IEnumerable<(int View, int Shard)> PresentShards() => !Directory.Exists(Folder)
        ? []
        : Directory.EnumerateDirectories(Folder, "view-*").Order(StringComparer.Ordinal)
            .Select(d => int.TryParse(Path.GetFileName(d)["view-".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int view)
                ? view
                : -1)
            .Where(view => view >= 0)
            .SelectMany(view => Enumerable.Range(0, Shards).Where(shard => Has(view, shard)).Select(shard => (view, shard)));

    /// <summary>Estimates a cache's bytes on disk before it exists.</summary>
    /// <param name="loader">Makes the views.</param>
    /// <param name="spec">The outputs to store.</param>
    /// <param name="views">Number of views.</param>
    /// <param name="shardSlots">Images per file, 1 to 1048576.</param>
    public static long Estimate(BatchLoader loader, TargetSpec spec, int views, int shardSlots = DefaultShardSlots)
    {
        spec.RequireValid();
        long slots = loader.SlotsPerEpoch, perShard = ShardSlots(loader, spec, shardSlots);
        return views * ((((slots + perShard - 1) / perShard) * CacheShard.HeaderBytes) + (slots * new TargetRow(spec).Bytes));
    }

    /// <summary>Bytes on disk of this many views, including existing ones.</summary>
    public long Bytes(int views) => views * Enumerable.Range(0, Shards).Sum(ShardBytes);

    /// <summary>Bytes on disk that building this many views adds.</summary>
    public long MissingBytes(int views) =>
        Enumerable.Range(0, views).Sum(view => Enumerable.Range(0, Shards).Where(shard => !Has(view, shard)).Sum(ShardBytes));

    /// <summary>Throws where the views do not fit the disk.</summary>
    /// <exception cref="InputException">There is not enough space; the message has the size.</exception>
    public void RequireSpace(int views) =>
        DiskSpace.Require(Folder, MissingBytes(views), $"The teacher cache of {views} views of {Manifest.Slots} images",
        "Free some space, keep fewer logits with student.distillation.cache_top_k, choose another disk with student.distillation.cache, "
            + "or turn it off with student.distillation.cache=none.");

    /// <inheritdoc/>
    public void Dispose() => _use?.Dispose();

    internal string ShardPath(int view, int shard) => Path.Combine(
        Folder, string.Create(CultureInfo.InvariantCulture, $"view-{view:00000}"), string.Create(CultureInfo.InvariantCulture,
            $"shard-{shard:00000}.bin"));

    /// <summary>The lock of a shard's builder, released when its process ends.</summary>
    internal string ClaimPath(int view, int shard) => ShardPath(view, shard) + ".claim";

    /// <summary>The slots of a shard.</summary>
    internal (int First, int Count) Range(int shard) =>
        (shard * Manifest.ShardSlots, Math.Min(Manifest.ShardSlots, Manifest.Slots - (shard * Manifest.ShardSlots)));

    internal ShardDescription Describe(int view, int shard) => new(Fingerprint, view, shard, Range(shard).Count, Row.Bytes);

    /// <summary>Locks the cache for its removal; null while it is in use.</summary>
    internal static IDisposable? TryHoldAlone(string folder) => FileLock.TryTake(Path.Combine(folder, UseFile), leave: false);

    /// <summary>When it was last opened.</summary>
    internal static DateTimeOffset LastUse(string folder)
    {
        string use = Path.Combine(folder, UseFile), manifest = Path.Combine(folder, TeacherCacheManifest.FileName);
        return File.GetLastWriteTimeUtc(File.Exists(use) ? use : manifest);
    }

    /// <summary>Records the use, and prevents removal meanwhile. On a read-only medium neither is needed.</summary>
    private IDisposable? Use()
    {
        string path = Path.Combine(Folder, UseFile);
        try
        {
            IDisposable held = FileLock.TryShare(path)
                ?? throw new InputException(
                "The teacher cache is being removed by another process.", Folder, "Start again: it is built again.");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return held;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException
            || e.InnerException is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Images per file; a shard of mixed images holds whole batches.</summary>
    private static int ShardSlots(BatchLoader loader, TargetSpec spec, int wanted)
    {
        if (wanted is < 1 or > MaxShardSlots)
            throw new InputException(FormattableString.Invariant($"The teacher cache option ShardSlots is {wanted}."),
                remedy: FormattableString.Invariant($"It must be between 1 and {MaxShardSlots}."));
        int slots = Math.Min(wanted, Math.Max(1, MaxShardBytes / new TargetRow(spec).Bytes));
        return loader.IsMixed ? Math.Max(1, slots / loader.Options.BatchSize) * loader.Options.BatchSize : slots;
    }

    private static string FingerprintOf(TeacherCacheKey key, TargetSpec spec)
    {
        string maps = spec.Maps is { } m
            ? string.Create(CultureInfo.InvariantCulture,
                $" tokens {m.TokenGrid} {m.TokenWidth} attention {m.AttentionGrid} {m.AttentionHeads} {m.ClassToken}")
            : string.Empty;
        return Convert.ToHexStringLower(SHA256.HashData(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"{key.Fingerprint} {spec.Classes} {spec.Features} {spec.TopK}{maps}"))));
    }

    /// <summary>Throws for a cache without the outputs that a student needs; which of the logits it stores is its own choice.</summary>
    /// <exception cref="InputException">It stores less, or tokens and attention for another student.</exception>
    internal void RequireServes(TargetSpec needed) => Require(needed with { TopK = Manifest.TopK });

    private void Require(TargetSpec needed)
    {
        if (!Manifest.Spec.Serves(needed, out string? lack))
            throw new InputException($"The teacher cache does not fit: {lack}.", Folder,
                "Give another folder for the cache, or remove this one.");
    }

    private long ShardBytes(int shard) => CacheShard.HeaderBytes + ((long)Range(shard).Count * Row.Bytes);
}

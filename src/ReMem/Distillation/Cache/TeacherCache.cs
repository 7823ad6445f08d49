using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ReMem.Data;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Runtime;

namespace ReMem.Distillation.Cache;

/// <summary>
/// A teacher's outputs on disk: cache.json, and view-00000/shard-00000.bin and so on. It grows by views: a student of eight views adds to the four that
/// an earlier one left. Shards appear whole or not at all, so that any number of processes may read and build one cache.
/// </summary>
internal sealed class TeacherCache : IDisposable
{
    private const string UseFile = ".in-use";
    internal const string LockFile = ".lock";

    // A shard is built in memory.
    private const int MostShardBytes = 1 << 28;
    private readonly IDisposable? _use;

    private TeacherCache(string folder, TeacherCacheManifest manifest, bool use)
    {
        (Folder, Manifest) = (folder, manifest);
        Key = new TeacherCacheKey(manifest.Key);
        Fingerprint = FingerprintOf(Key, manifest.Row);
        if (use)
            _use = Use();
    }

    /// <summary>The caches of the user's that are kept by their keys.</summary>
    public static string DefaultFolder => UserCache.Folder("teachers");

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>What it holds.</summary>
    public TeacherCacheManifest Manifest { get; }

    /// <summary>What its content is a function of.</summary>
    public TeacherCacheKey Key { get; }

    /// <summary>Shards a view.</summary>
    public int Shards => (Manifest.Slots + Manifest.ShardSlots - 1) / Manifest.ShardSlots;

    /// <summary>64 hexadecimal digits that stand for key and layout.</summary>
    internal string Fingerprint { get; }

    /// <summary>Opens a cache that exists.</summary>
    /// <exception cref="InputException">It does not, or its manifest is damaged.</exception>
    public static TeacherCache Open(string folder) => new(folder, TeacherCacheManifest.Read(folder), use: true);

    /// <summary>Opens a cache to look at, which neither counts as a use nor keeps it from being removed.</summary>
    internal static TeacherCache Peek(string folder) => new(folder, TeacherCacheManifest.Read(folder), use: false);

    /// <summary>Opens the cache of a key, or makes it.</summary>
    /// <param name="folder">The cache's own folder; new, empty, or this very cache.</param>
    /// <param name="key">What it must be a function of.</param>
    /// <param name="teacher">Whose outputs it holds.</param>
    /// <param name="loader">Makes the views.</param>
    /// <param name="options">What it keeps; a cache that keeps more serves those who want less.</param>
    /// <param name="origin">For a new one.</param>
    /// <exception cref="InputException">The folder holds other files or another cache, which is told part by part, or cannot be written.</exception>
    public static TeacherCache OpenOrCreate(
        string folder, TeacherCacheKey key, ImageModel teacher, BatchLoader loader, TeacherCacheOptions options, TeacherCacheOrigin origin)
    {
        TargetRow row = RowOf(teacher, options);
        string path = Path.Combine(folder, TeacherCacheManifest.FileName);
        if (!File.Exists(path))
        {
            using IDisposable held = FileLock.TakeAsync(Path.Combine(folder, LockFile), () => { }, default).GetAwaiter().GetResult();
            if (!File.Exists(path))
            {
                if (Directory.EnumerateFileSystemEntries(folder).Any(e => Path.GetFileName(e) is var name && name is not (LockFile or UseFile) && !name.EndsWith(".tmp", StringComparison.Ordinal)))
                    throw new InputException("The folder holds files that are no teacher cache.", folder, "Give another folder for the cache.");
                AtomicFile.WriteAllText(path, Json.Serialize(new TeacherCacheManifest(
                    TeacherCacheManifest.CurrentFormat, key.Parts, row.Classes, row.Features, row.TopK, loader.SlotsPerEpoch, ShardSlots(loader, options, row), DateTimeOffset.UtcNow, origin, row.Maps)));
            }
        }

        TeacherCache cache = Open(folder);
        try
        {
            cache.RequireKey(key);
            cache.RequireLayout(row);
            return cache;
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    /// <summary>The folder of a key's cache among others: its own, or one that is there already and keeps more than is asked for.</summary>
    /// <param name="root">Where the caches are, such as <see cref="DefaultFolder"/>.</param>
    /// <param name="key">Decides the name.</param>
    /// <param name="teacher">Whose outputs it holds.</param>
    /// <param name="options">What is asked for.</param>
    public static string FolderOf(string root, TeacherCacheKey key, ImageModel teacher, TeacherCacheOptions options)
    {
        string Named(TargetRow row) => Path.Combine(root, FingerprintOf(key, row)[..16]);
        string own = Named(RowOf(teacher, options)), richer = Named(RowOf(teacher, options with { Features = true }));
        return !File.Exists(Path.Combine(own, TeacherCacheManifest.FileName)) && File.Exists(Path.Combine(richer, TeacherCacheManifest.FileName)) ? richer : own;
    }

    /// <summary>Refuses a cache of another teacher, data set, view policy, resolution or seed.</summary>
    /// <exception cref="InputException">It is; the message says which.</exception>
    public void RequireKey(TeacherCacheKey key)
    {
        IReadOnlyList<string> differences = Key.DifferencesFrom(key);
        if (differences.Count == 0)
            return;
        const int MostTold = 3;
        string more = differences.Count > MostTold ? $" and {differences.Count - MostTold} more" : string.Empty;
        throw new InputException(
            $"The teacher cache does not fit: {string.Join("; ", differences.Take(MostTold))}{more}.", Folder, "Give another folder for the cache, or remove this one.");
    }

    /// <summary>Whether a shard is there.</summary>
    public bool Has(int view, int shard) => File.Exists(ShardPath(view, shard));

    /// <summary>How many views are there, from the first on.</summary>
    public int CompleteViews()
    {
        int view = 0;
        while (Enumerable.Range(0, Shards).All(shard => Has(view, shard)))
            view++;
        return view;
    }

    /// <summary>Every shard that is there.</summary>
    public IEnumerable<(int View, int Shard)> PresentShards() => !Directory.Exists(Folder)
        ? []
        : Directory.EnumerateDirectories(Folder, "view-*").Order(StringComparer.Ordinal)
            .Select(d => int.TryParse(Path.GetFileName(d)["view-".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int view) ? view : -1)
            .Where(view => view >= 0)
            .SelectMany(view => Enumerable.Range(0, Shards).Where(shard => Has(view, shard)).Select(shard => (view, shard)));

    /// <summary>Bytes on disk that a cache would take, before there is one.</summary>
    /// <param name="teacher">Whose outputs it would hold.</param>
    /// <param name="loader">Makes the views.</param>
    /// <param name="options">What it would keep.</param>
    /// <param name="views">How many views.</param>
    public static long Foretell(ImageModel teacher, BatchLoader loader, TeacherCacheOptions options, int views)
    {
        TargetRow row = RowOf(teacher, options);
        long slots = loader.SlotsPerEpoch, shardSlots = ShardSlots(loader, options, row);
        return views * ((((slots + shardSlots - 1) / shardSlots) * CacheShard.HeaderBytes) + (slots * row.Bytes));
    }

    /// <summary>Bytes on disk of that many views, those that are there included.</summary>
    public long Bytes(int views) => views * Enumerable.Range(0, Shards).Sum(ShardBytes);

    /// <summary>Bytes on disk that building that many views adds.</summary>
    public long MissingBytes(int views) =>
        Enumerable.Range(0, views).Sum(view => Enumerable.Range(0, Shards).Where(shard => !Has(view, shard)).Sum(ShardBytes));

    /// <summary>Refuses to build views that the disk has no room for.</summary>
    /// <exception cref="InputException">There is too little room; the message says how much it takes.</exception>
    public void RequireSpace(int views) => DiskSpace.Require(Folder, MissingBytes(views), $"The teacher cache of {views} views of {Manifest.Slots} images",
        "Free some space, keep fewer logits with student.distillation.cache_top_k, choose another disk with student.distillation.cache, or turn it off with student.distillation.cache=none.");

    /// <inheritdoc/>
    public void Dispose() => _use?.Dispose();

    internal string ShardPath(int view, int shard) => Path.Combine(
        Folder, string.Create(CultureInfo.InvariantCulture, $"view-{view:00000}"), string.Create(CultureInfo.InvariantCulture, $"shard-{shard:00000}.bin"));

    /// <summary>What a builder of a shard holds. Who dies lets go of it.</summary>
    internal string ClaimPath(int view, int shard) => ShardPath(view, shard) + ".claim";

    /// <summary>The slots of a shard.</summary>
    internal (int First, int Count) Range(int shard) =>
        (shard * Manifest.ShardSlots, Math.Min(Manifest.ShardSlots, Manifest.Slots - (shard * Manifest.ShardSlots)));

    internal ShardDescription Describe(int view, int shard) => new(Fingerprint, view, shard, Range(shard).Count, Manifest.Row.Bytes);

    /// <summary>Takes the cache for its removal; null while anyone uses it.</summary>
    internal static IDisposable? TryHoldAlone(string folder) => FileLock.TryTake(Path.Combine(folder, UseFile), leave: false);

    /// <summary>When it was last opened.</summary>
    internal static DateTimeOffset LastUse(string folder)
    {
        string use = Path.Combine(folder, UseFile), manifest = Path.Combine(folder, TeacherCacheManifest.FileName);
        return File.GetLastWriteTimeUtc(File.Exists(use) ? use : manifest);
    }

    /// <summary>Notes the use, and keeps the cache from being removed meanwhile. On a medium that cannot be written neither is needed.</summary>
    private IDisposable? Use()
    {
        string path = Path.Combine(Folder, UseFile);
        try
        {
            IDisposable held = FileLock.TryShare(path) ?? throw new InputException("The teacher cache is being removed by another process.", Folder, "Start again: it is built anew.");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return held;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || e.InnerException is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static TargetRow RowOf(ImageModel teacher, TeacherCacheOptions options)
    {
        DataOptions.Validate(options, "teacher cache");
        if (options.Maps is { } maps)
            DataOptions.Validate(maps, "teacher cache");
        int classes = teacher.Options.NumClasses, top = options.TopK < classes ? options.TopK : 0;
        if (top > 0 && classes > TargetRow.MostClassesOfTopK)
            throw new InputException($"A top-k cache tells {TargetRow.MostClassesOfTopK} classes apart, and the teacher has {classes}.", "student.distillation.cache_top_k", "Keep all logits: 0.");
        return new TargetRow(classes, options.Features ? teacher.NumFeatures : 0, top, options.Maps);
    }

    /// <summary>A shard of mixed images holds whole batches.</summary>
    private static int ShardSlots(BatchLoader loader, TeacherCacheOptions options, TargetRow row)
    {
        int slots = Math.Min(options.ShardSlots, Math.Max(1, MostShardBytes / row.Bytes));
        return loader.IsMixed ? Math.Max(1, slots / loader.Options.BatchSize) * loader.Options.BatchSize : slots;
    }

    private static string FingerprintOf(TeacherCacheKey key, TargetRow row)
    {
        string maps = row.Maps is { } m
            ? string.Create(CultureInfo.InvariantCulture, $" tokens {m.TokenGrid} {m.TokenWidth} attention {m.AttentionGrid} {m.AttentionHeads} {m.ClassToken}")
            : string.Empty;
        return Convert.ToHexStringLower(SHA256.HashData(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{key.Fingerprint} {row.Classes} {row.Features} {row.TopK}{maps}"))));
    }

    /// <summary>Refuses a cache that does not keep what is compared of its teacher.</summary>
    /// <exception cref="InputException">It keeps less, or tokens and attention for another student.</exception>
    internal void RequireKept(ComparedOutputs compared, ImageModel teacher) =>
        RequireLayout(new TargetRow(Manifest.Classes, compared.Features ? teacher.NumFeatures : 0, Manifest.TopK, TeacherCacheMaps.Of(teacher, compared)));

    private void RequireLayout(TargetRow row)
    {
        string? what = row.Classes != Manifest.Classes ? $"it has {Manifest.Classes} classes, and {row.Classes} are wanted"
            : row.TopK != Manifest.TopK ? $"it keeps {Kept(Manifest.TopK)}, and {Kept(row.TopK)} are wanted"
            : row.Features > 0 && row.Features != Manifest.Features ? "it keeps no pooled features, which the objective needs"
            : row.Maps is { } maps && Manifest.Maps?.Serves(maps) != true ? Manifest.Maps is null
                ? "it keeps no tokens and no attention, which the objective needs"
                : "it keeps tokens or attention for another objective or student"
            : null;
        if (what is not null)
            throw new InputException($"The teacher cache does not fit: {what}.", Folder, "Give another folder for the cache, or remove this one.");
    }

    private static string Kept(int top) => top == 0 ? "all logits" : $"the top {top} logits";

    private long ShardBytes(int shard) => CacheShard.HeaderBytes + ((long)Range(shard).Count * Manifest.Row.Bytes);
}

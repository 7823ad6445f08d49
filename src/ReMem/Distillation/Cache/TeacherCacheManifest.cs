using ReMem.Distillation.Targets;
using ReMem.Runtime;

namespace ReMem.Distillation.Cache;

/// <summary>The file cache.json of a cache: its contents and their key.</summary>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="Key">The parts of its <see cref="TeacherCacheKey"/>.</param>
/// <param name="Classes">Logits of the teacher.</param>
/// <param name="Features">Width of the stored pooled feature; 0 stores none.</param>
/// <param name="TopK">Stored logits per image; 0 stores all.</param>
/// <param name="Slots">Rows per view.</param>
/// <param name="ShardSlots">Rows per shard; the last of a view may have fewer.</param>
/// <param name="Created">Time of its creation.</param>
/// <param name="Origin">Where it came from.</param>
/// <param name="Maps">The stored tokens and attention; null stores neither.</param>
internal sealed record TeacherCacheManifest(
    string Format,
    IReadOnlyDictionary<string, string> Key,
    int Classes,
    int Features,
    int TopK,
    int Slots,
    int ShardSlots,
    DateTimeOffset Created,
    TeacherCacheOrigin Origin,
    MapSpec? Maps = null)
{
    /// <summary>The format that this program writes and reads.</summary>
    public const string CurrentFormat = "remem teacher cache 1";

    /// <summary>The file name.</summary>
    internal const string FileName = "cache.json";

    // Limits far beyond any model or data set, which keep sizes from overflowing and listings finite.
    private const int MaxWidth = 1 << 24;
    private const int MaxSlots = 1 << 30;
    private const int MaxShards = 100_000;

    /// <summary>The stored outputs.</summary>
    internal TargetSpec Spec => new(Classes, Features, TopK, Maps);

    /// <summary>Whether the numbers that were read are plausible.</summary>
    private bool IsPossible =>
        Classes is >= 1 and <= MaxWidth && Features is >= 0 and <= MaxWidth && TopK >= 0 && TopK < Classes
        && Slots is >= 1 and <= MaxSlots && ShardSlots is >= 1 and <= MaxSlots && Slots / ShardSlots < MaxShards
        && Maps is null or
        {
            TokenGrid: >= 0 and <= 4096, TokenWidth: >= 0 and <= 1 << 20, AttentionGrid: >= 0 and <= 4096,
            AttentionHeads: >= 0 and <= 4096
        }
        && new TargetRow(Spec).Numbers * sizeof(ushort) <= int.MaxValue / 2;

    /// <summary>Reads a cache's manifest.</summary>
    /// <exception cref="InputException">There is none, or it is damaged or of another format.</exception>
    internal static TeacherCacheManifest Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new InputException(
                "This is not a teacher cache: it has no cache.json.", folder,
                "Give a folder that 'remem cache build' or a training wrote.");
        TeacherCacheManifest manifest = Json.ReadFile<TeacherCacheManifest>(path);
        if (manifest.Format != CurrentFormat)
            throw new InputException(
                $"The teacher cache's format is '{manifest.Format}', and this program reads '{CurrentFormat}'.", path,
                "Build the cache again in another folder.");
        if (!manifest.IsPossible)
            throw new InputException(
                "The teacher cache's cache.json has invalid numbers.", path,
                "Delete the folder; whatever needs the cache builds it again.");
        return manifest;
    }
}

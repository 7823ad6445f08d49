namespace ReMem.Distillation.Cache;

/// <summary>A summary of a cache.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Bytes">Bytes on disk.</param>
/// <param name="Used">When it was last opened.</param>
/// <param name="Views">Views that are complete, from the first on.</param>
/// <param name="Shards">Existing shards.</param>
/// <param name="ShardsPerView">Shards of a complete view.</param>
/// <param name="Manifest">Its manifest; null where cache.json cannot be read.</param>
/// <param name="Problem">Why cache.json cannot be read; null where it can.</param>
internal sealed record TeacherCacheInfo(
    string Folder, long Bytes, DateTimeOffset Used, int Views, int Shards, int ShardsPerView, TeacherCacheManifest? Manifest,
    string? Problem);

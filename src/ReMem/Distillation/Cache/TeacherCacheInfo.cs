namespace ReMem.Distillation.Cache;

/// <summary>A cache at a glance.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Bytes">On disk.</param>
/// <param name="Used">When it was last opened.</param>
/// <param name="Views">Views that are complete, from the first on.</param>
/// <param name="Shards">Shards that are there.</param>
/// <param name="ShardsPerView">Of a complete view.</param>
/// <param name="Manifest">What it holds; null where its cache.json cannot be read.</param>
/// <param name="Problem">Why that cannot be read; null where it can.</param>
internal sealed record TeacherCacheInfo(
    string Folder, long Bytes, DateTimeOffset Used, int Views, int Shards, int ShardsPerView, TeacherCacheManifest? Manifest, string? Problem);

namespace ReMem.Recipes.Run;

/// <summary>A teacher cache that was built, or would be.</summary>
/// <param name="Folder">The cache; null for a dry run.</param>
/// <param name="Views">Views per image.</param>
/// <param name="Images">Images per view.</param>
/// <param name="Bytes">Bytes of all these views on disk.</param>
/// <param name="Shards">Shards built by this process.</param>
/// <param name="Seconds">Wall time.</param>
internal sealed record BuiltCache(string? Folder, int Views, int Images, long Bytes, int Shards, double Seconds);

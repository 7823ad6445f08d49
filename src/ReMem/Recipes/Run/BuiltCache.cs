namespace ReMem.Recipes.Run;

/// <summary>A teacher cache that was built, or would be.</summary>
/// <param name="Folder">The cache; null of a dry run.</param>
/// <param name="Views">Views of an image.</param>
/// <param name="Images">Images of a view.</param>
/// <param name="Bytes">Of all these views on disk.</param>
/// <param name="Shards">Built by this process now.</param>
/// <param name="Seconds">It took.</param>
internal sealed record BuiltCache(string? Folder, int Views, int Images, long Bytes, int Shards, double Seconds);

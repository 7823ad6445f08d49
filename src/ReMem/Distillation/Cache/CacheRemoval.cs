namespace ReMem.Distillation.Cache;

/// <summary>What became of a cache that is no longer wanted.</summary>
/// <param name="Folder">The cache.</param>
/// <param name="Bytes">It has or had.</param>
/// <param name="Reason">Why it is not wanted.</param>
/// <param name="Removed">False of a dry run, and of a cache in use.</param>
internal sealed record CacheRemoval(string Folder, long Bytes, string Reason, bool Removed);

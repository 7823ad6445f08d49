namespace ReMem.Distillation.Cache;

/// <summary>The outcome of removing a cache.</summary>
/// <param name="Folder">The cache.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Reason">Why it is to be removed.</param>
/// <param name="Removed">False for a dry run, and for a cache in use.</param>
internal sealed record CacheRemoval(string Folder, long Bytes, string Reason, bool Removed);

namespace ReMem.Distillation.Cache;

/// <summary>A cache to remove.</summary>
/// <param name="Cache">The cache.</param>
/// <param name="Reason">The reason, as a clause.</param>
internal sealed record PrunedCache(TeacherCacheInfo Cache, string Reason);

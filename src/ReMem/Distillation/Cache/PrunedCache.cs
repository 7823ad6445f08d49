namespace ReMem.Distillation.Cache;

/// <summary>A cache that is to go.</summary>
/// <param name="Cache">Which.</param>
/// <param name="Reason">Why, as a part of a sentence.</param>
internal sealed record PrunedCache(TeacherCacheInfo Cache, string Reason);

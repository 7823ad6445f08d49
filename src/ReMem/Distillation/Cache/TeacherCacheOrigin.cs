namespace ReMem.Distillation.Cache;

/// <summary>The origin of a cache, so that it can be verified without giving teacher and data again.</summary>
/// <param name="Teacher">The teacher's model folder; null where it had none.</param>
/// <param name="Recipe">The recipe of the student that it was built for, as YAML; null where there was none.</param>
/// <param name="Seed">The recipe's seed that it was built at.</param>
/// <param name="Classes">Class names in the order of the logits; empty where they are not known.</param>
internal sealed record TeacherCacheOrigin(string? Teacher, string? Recipe, int Seed, IReadOnlyList<string> Classes);

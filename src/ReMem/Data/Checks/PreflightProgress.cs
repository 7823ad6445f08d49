namespace ReMem.Data.Checks;

/// <summary>Progress of a preflight.</summary>
/// <param name="Done">Images checked.</param>
/// <param name="Total">Images of all splits.</param>
internal readonly record struct PreflightProgress(int Done, int Total);

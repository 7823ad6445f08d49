namespace ReMem.Data.Checks;

/// <summary>How far a preflight is.</summary>
/// <param name="Done">Images looked at.</param>
/// <param name="Total">Images of all splits.</param>
internal readonly record struct PreflightProgress(int Done, int Total);

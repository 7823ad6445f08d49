namespace ReMem.Export;

/// <summary>What a checked export left.</summary>
/// <param name="Path">The file: the one that was asked for, or <see cref="CheckedExport.FailedPath"/> where it failed its check.</param>
/// <param name="Check">How it compares with the model.</param>
internal sealed record CheckedFile(string Path, OnnxCheck Check);

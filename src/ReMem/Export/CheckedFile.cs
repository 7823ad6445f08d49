namespace ReMem.Export;

/// <summary>The result of a checked export.</summary>
/// <param name="Path">The file: the requested one, or <see cref="CheckedExport.FailedPath"/> where it failed its check.</param>
/// <param name="Check">Its comparison with the model.</param>
internal sealed record CheckedFile(string Path, OnnxCheck Check);

namespace ReMem.Data.Layouts;

/// <summary>A held-out split of images without labels.</summary>
/// <param name="Split">"val" or "test".</param>
/// <param name="Where">Its folder.</param>
/// <param name="Images">Number of images.</param>
internal sealed record UnlabelledSplit(string Split, string Where, int Images);

namespace ReMem.Data.Decoding;

/// <summary>An image that cannot be used.</summary>
/// <param name="Split">"train", "val" or "test"; "" where a single loader found it.</param>
/// <param name="Index">Its index in the split.</param>
/// <param name="Name">Its file, or its row.</param>
/// <param name="Reason">One line: what is wrong with it.</param>
public sealed record BadImage(string Split, int Index, string Name, string Reason);

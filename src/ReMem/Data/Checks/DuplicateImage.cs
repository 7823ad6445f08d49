namespace ReMem.Data.Checks;

/// <summary>One image of a group of duplicates.</summary>
/// <param name="Split">"train", "val" or "test".</param>
/// <param name="Index">Its index in the split.</param>
/// <param name="Name">Its file, or its row.</param>
/// <param name="Class">Its label.</param>
internal sealed record DuplicateImage(string Split, int Index, string Name, string Class);

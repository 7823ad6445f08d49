namespace ReMem.Eng.EmojiData;

/// <summary>A row of a data set.</summary>
/// <param name="Png">The encoded image.</param>
/// <param name="Path">The image's file name.</param>
/// <param name="Label">The class index.</param>
/// <param name="Group">The group, which lies in one split only.</param>
public sealed record Row(byte[] Png, string Path, int Label, string Group);

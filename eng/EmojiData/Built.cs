namespace ReMem.Eng.EmojiData;

/// <summary>A data set about to be written: the class names and a list of rows a split.</summary>
public sealed record Built(IReadOnlyList<string> Classes, IReadOnlyDictionary<string, IReadOnlyList<Row>> Splits);

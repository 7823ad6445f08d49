namespace ReMem.Data;

/// <summary>A split as its layout gives it, with class names still unnumbered.</summary>
/// <param name="Split">"train", "val" or "test", or "" where the source is not split.</param>
/// <param name="Where">Its folder or file, for messages.</param>
/// <param name="Declared">The classes that it has a place for, samples or not.</param>
/// <param name="Classes">Each sample's class.</param>
/// <param name="Names">Each sample's name.</param>
/// <param name="Read">Encoded bytes by sample.</param>
internal sealed record RawSplit(
    string Split, string Where, IReadOnlyList<string> Declared, IReadOnlyList<string> Classes, IReadOnlyList<string> Names, Func<int, byte[]> Read)
{
    /// <summary>Numbers the classes.</summary>
    public EncodedSource Number(IReadOnlyDictionary<string, int> index) => new(Names, Classes.Select(c => index[c]).ToArray(), Read);
}

/// <summary>What a layout found.</summary>
/// <param name="Description">For reports.</param>
/// <param name="Splits">One unsplit, or train and what else there is.</param>
/// <param name="Classes">Class names in index order where the source has an order of its own; null sorts them.</param>
/// <param name="Warnings">What a user should know.</param>
internal sealed record RawDataset(string Description, IReadOnlyList<RawSplit> Splits, IReadOnlyList<string>? Classes, List<string> Warnings);

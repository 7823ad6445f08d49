namespace ReMem.Data.Checks;

/// <summary>Sizes of a split's usable images, in pixels.</summary>
/// <param name="Split">"train", "val" or "test".</param>
/// <param name="Images">Images of the split, usable or not.</param>
/// <param name="Usable">Those that can be decoded.</param>
/// <param name="Width">Smallest, median and largest.</param>
/// <param name="Height">Smallest, median and largest.</param>
/// <param name="ShorterSide">Smallest, median and largest.</param>
/// <param name="Formats">Number of images by format.</param>
internal sealed record SplitFacts(
    string Split,
    int Images,
    int Usable,
    IReadOnlyList<int> Width,
    IReadOnlyList<int> Height,
    IReadOnlyList<int> ShorterSide,
    IReadOnlyDictionary<string, int> Formats);

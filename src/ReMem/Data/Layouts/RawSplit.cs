using ReMem.Data.Sources;

namespace ReMem.Data.Layouts;

/// <summary>A split as its layout reads it, with class names instead of indices.</summary>
/// <param name="Split">"train", "val" or "test", or "" where the source is not split.</param>
/// <param name="Where">Its folder or file, for messages.</param>
/// <param name="Declared">The classes that it declares, with or without samples.</param>
/// <param name="Classes">Each sample's class.</param>
/// <param name="Names">Each sample's name.</param>
/// <param name="Read">Reads the encoded bytes of a sample.</param>
internal sealed record RawSplit(
    string Split, string Where, IReadOnlyList<string> Declared, IReadOnlyList<string> Classes, IReadOnlyList<string> Names,
    Func<int, byte[]> Read)
{
    /// <summary>A split whose samples are whole files.</summary>
    public RawSplit(string split, string where, IReadOnlyList<string> declared, IReadOnlyList<string> classes, IReadOnlyList<string> names,
        Func<int, FilePart> parts)
        : this(split, where, declared, classes, names, i => parts(i).Read()) => Parts = parts;

    /// <summary>
    /// Each sample's group, null for one without a group; null where nothing is grouped. Samples of a group stay in one split.
    /// </summary>
    public IReadOnlyList<string?>? Groups { get; init; }

    /// <summary>The file parts with the samples' bytes, where they are stored uncompressed; else null.</summary>
    public Func<int, FilePart>? Parts { get; init; }

    /// <summary>The files that hold the samples. Default: each sample's name is its file.</summary>
    public IReadOnlyList<string>? Files { get; init; }

    /// <summary>The samples without their classes.</summary>
    /// <param name="label">The label of each.</param>
    public EncodedSource WithoutLabels(int label) =>
        new(Names, [.. Enumerable.Repeat(label, Names.Count)], Files ?? Names, Read, Parts);

    /// <summary>Numbers the classes.</summary>
    public EncodedSource Number(IReadOnlyDictionary<string, int> index) =>
        new(Names, Classes.Select(c => index[c]).ToArray(), Files ?? Names, Read, Parts);
}

namespace ReMem.Data.Sources;

/// <summary>Several sources, one after the other.</summary>
/// <param name="parts">The sources.</param>
internal sealed class JoinedSource(params IReadOnlyList<IImageSource> parts) : IImageSource
{
    // The number of samples up to the end of each part.
    private readonly int[] _ends = [.. parts.Select((_, n) => parts.Take(n + 1).Sum(p => p.Count))];

    /// <summary>The sources.</summary>
    public IReadOnlyList<IImageSource> Parts => parts;

    public int Count => _ends.Length == 0 ? 0 : _ends[^1];

    /// <summary>The source that holds a sample, and its index there.</summary>
    public (IImageSource Source, int Index) Owner(int index)
    {
        int part = Array.FindIndex(_ends, end => index < end);
        return (parts[part], index - (_ends[part] - parts[part].Count));
    }

    public int Label(int index)
    {
        (IImageSource source, int own) = Owner(index);
        return source.Label(own);
    }

    public string Name(int index)
    {
        (IImageSource source, int own) = Owner(index);
        return source.Name(own);
    }

    public byte[] Read(int index)
    {
        (IImageSource source, int own) = Owner(index);
        return source.Read(own);
    }
}

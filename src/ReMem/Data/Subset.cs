using ReMem.Runtime;

namespace ReMem.Data;

/// <summary>Some samples of a source.</summary>
/// <param name="source">The whole.</param>
/// <param name="indices">Which of them, in order.</param>
public sealed class Subset(IImageSource source, IReadOnlyList<int> indices) : IImageSource
{
    /// <inheritdoc/>
    public int Count => indices.Count;

    /// <summary>At most <paramref name="most"/> samples, spread over the classes by seed: every class gives in turn. 0 is all.</summary>
    public static IImageSource AtMost(IImageSource source, int most, long seed)
    {
        if (most == 0 || most >= source.Count)
            return source;
        int[] order = new CounterRandom(seed, "subset").Permutation(source.Count);
        var turn = new Dictionary<int, int>();
        int[] kept =
        [
            .. order.Select(i => (Index: i, Turn: turn[source.Label(i)] = turn.GetValueOrDefault(source.Label(i)) + 1))
                .OrderBy(s => s.Turn).Take(most).Select(s => s.Index).Order(),
        ];
        return new Subset(source, kept);
    }

    /// <inheritdoc/>
    public int Label(int index) => source.Label(indices[index]);

    /// <inheritdoc/>
    public string Name(int index) => source.Name(indices[index]);

    /// <inheritdoc/>
    public byte[] Read(int index) => source.Read(indices[index]);
}

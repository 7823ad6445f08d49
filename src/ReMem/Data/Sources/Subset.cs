using ReMem.Runtime;

namespace ReMem.Data.Sources;

/// <summary>Some samples of a source, in any order.</summary>
public sealed class Subset : IImageSource
{
    private readonly int[] _indices;

    /// <summary>Picks samples.</summary>
    /// <param name="source">The whole.</param>
    /// <param name="indices">Which of them, in order.</param>
    public Subset(IImageSource source, IEnumerable<int> indices)
    {
        _indices = [.. indices];
        Whole = source;
        foreach (int index in _indices)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)source.Count, nameof(indices));
    }

    /// <summary>The source of the samples.</summary>
    public IImageSource Whole { get; }

    /// <inheritdoc/>
    public int Count => _indices.Length;

    /// <summary>At most <paramref name="max"/> samples, taken from each class in turn, by seed. 0 is all.</summary>
    public static IImageSource AtMost(IImageSource source, int max, long seed)
    {
        if (max == 0 || max >= source.Count)
            return source;
        int[] order = new CounterRandom(seed, "subset").Permutation(source.Count);
        var turn = new Dictionary<int, int>();
        int[] kept =
        [
            .. order.Select(i => (Index: i, Turn: turn[source.Label(i)] = turn.GetValueOrDefault(source.Label(i)) + 1))
                .OrderBy(s => s.Turn).Take(max).Select(s => s.Index).Order(),
        ];
        return new Subset(source, kept);
    }

    /// <summary>
    /// The part that the options describe, class by class: first the long tail, then the fraction, then the count. With the same seed, a
    /// smaller part is contained in a larger one.
    /// </summary>
    /// <exception cref="InputException">An option is out of its range.</exception>
    public static IImageSource Choose(IImageSource source, SubsetOptions options)
    {
        DataOptions.Validate(options, "subset");
        if (options is { PerClass: 0, Fraction: 1, LongTail: 1 })
            return source;
        int[][] classes = [.. Enumerable.Range(0, source.Count).GroupBy(source.Label).OrderBy(g => g.Key).Select(g => g.ToArray())];
        double max = classes.Max(c => c.Length);
        List<int> kept = [];
        for (int c = 0; c < classes.Length; c++)
        {
            double tail = classes.Length == 1 ? max : max * Math.Pow(options.LongTail, -c / (classes.Length - 1.0));
            double count = options.LongTail == 1 ? classes[c].Length : Math.Min(classes[c].Length, Math.Floor(tail));
            count = Math.Round(count * options.Fraction);
            if (options.PerClass > 0)
                count = Math.Min(count, options.PerClass);
            int[] order = new CounterRandom(options.Seed, "subset", index: source.Label(classes[c][0])).Permutation(classes[c].Length);
            kept.AddRange(order.Take(Math.Max(1, (int)count)).Select(i => classes[c][i]));
        }

        return new Subset(source, kept.Order());
    }

    /// <summary>A sample's index in <see cref="Whole"/>.</summary>
    public int WholeIndex(int index) => _indices[index];

    /// <inheritdoc/>
    public int Label(int index) => Whole.Label(_indices[index]);

    /// <inheritdoc/>
    public string Name(int index) => Whole.Name(_indices[index]);

    /// <inheritdoc/>
    public byte[] Read(int index) => Whole.Read(_indices[index]);
}

using ReMem.Runtime;

namespace ReMem.Evaluation;

/// <summary>
/// Spearman's rank correlation of two measurements, with a 95 % bootstrap interval over the pairs, or over groups of dependent pairs.
/// </summary>
/// <param name="Rho">-1 to 1; NaN where one of the two is constant.</param>
/// <param name="Low">Lower end; null with fewer than <see cref="MinForInterval"/> pairs, or where rho is NaN.</param>
/// <param name="High">Upper end; null likewise.</param>
/// <param name="Count">Pairs.</param>
internal sealed record RankCorrelation(double Rho, double? Low, double? High, int Count)
{
    /// <summary>Resamples of fewer pairs are nearly all alike, so that an interval from them would be too narrow.</summary>
    public const int MinForInterval = 5;

    private const int Resamples = 2000;

    /// <summary>Number of groups that were resampled for the interval; null where it is over single pairs.</summary>
    public int? Groups { get; init; }

    /// <summary>Correlates two measurements. Equal values share the mean of their ranks.</summary>
    /// <param name="xs">One value per pair.</param>
    /// <param name="ys">One value per pair.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <param name="groups">
    /// The group that each pair belongs to: groups are drawn whole, since pairs of one group are not independent (the cluster bootstrap,
    /// Field 2007). Null, or fewer than <see cref="MinForInterval"/> of them: pairs are drawn.
    /// </param>
    /// <exception cref="ArgumentException">The counts differ.</exception>
    public static RankCorrelation Of(IReadOnlyList<double> xs, IReadOnlyList<double> ys, long seed = 0, IReadOnlyList<int>? groups = null)
    {
        if (xs.Count != ys.Count)
            throw new ArgumentException($"There are {xs.Count} and {ys.Count} values; pairs need as many of each.", nameof(ys));
        return Bootstrapped(xs.Count, pairs => Spearman([.. pairs.Select(i => xs[i])], [.. pairs.Select(i => ys[i])]), seed, groups);
    }

    /// <summary>Correlates two measurements with a third held fixed: Pearson's partial correlation of the ranks.</summary>
    /// <param name="xs">One value per pair.</param>
    /// <param name="ys">One value per pair.</param>
    /// <param name="held">The variable held fixed, one value per pair.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <param name="groups">As in <see cref="Of"/>.</param>
    /// <exception cref="ArgumentException">The counts differ.</exception>
    public static RankCorrelation Partial(
        IReadOnlyList<double> xs, IReadOnlyList<double> ys, IReadOnlyList<double> held, long seed = 0, IReadOnlyList<int>? groups = null)
    {
        if (xs.Count != ys.Count || xs.Count != held.Count)
            throw new ArgumentException($"There are {xs.Count}, {ys.Count} and {held.Count} values; triples need as many of each.",
                nameof(ys));
        return Bootstrapped(xs.Count, Value, seed, groups);

        double Value(int[] triples)
        {
            double[] x = [.. triples.Select(i => xs[i])], y = [.. triples.Select(i => ys[i])], z = [.. triples.Select(i => held[i])];
            double xz = Spearman(x, z), yz = Spearman(y, z);
            double free = (1 - (xz * xz)) * (1 - (yz * yz));
            // Where the third determines one of them, only rounding is left to correlate.
            return free > 1e-12 ? (Spearman(x, y) - (xz * yz)) / Math.Sqrt(free) : double.NaN;
        }
    }

    private static RankCorrelation Bootstrapped(int count, Func<int[], double> correlate, long seed, IReadOnlyList<int>? groups)
    {
        if (groups is not null && groups.Count != count)
            throw new ArgumentException($"There are {groups.Count} groups for {count} pairs.", nameof(groups));
        double rho = correlate([.. Enumerable.Range(0, count)]);
        if (count < MinForInterval || double.IsNaN(rho))
            return new RankCorrelation(rho, null, null, count);
        int[][] units = [.. Enumerable.Range(0, count).GroupBy(i => groups?[i] ?? i).Select(g => g.ToArray())];
        bool grouped = groups is not null && units.Length >= MinForInterval;
        if (!grouped)
            units = [.. Enumerable.Range(0, count).Select(i => new[] { i })];
        var values = new List<double>();
        for (int i = 0; i < Resamples; i++)
        {
            var random = new CounterRandom(seed, "bootstrap", index: i);
            double value = correlate([.. Enumerable.Range(0, units.Length).SelectMany(_ => units[random.NextInt(units.Length)])]);
            // A resample of a single repeated pair has no correlation.
            if (!double.IsNaN(value))
                values.Add(value);
        }

        values.Sort();
        return new RankCorrelation(rho, Quantile(values, 0.025), Quantile(values, 0.975), count) { Groups = grouped ? units.Length : null };
    }

    private static double Quantile(List<double> sorted, double share)
    {
        double at = share * (sorted.Count - 1);
        int below = (int)at;
        int above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((at - below) * (sorted[above] - sorted[below]));
    }

    /// <summary>Pearson's correlation of the ranks.</summary>
    private static double Spearman(double[] xs, double[] ys)
    {
        double[] a = Ranks(xs), b = Ranks(ys);
        double middle = (xs.Length - 1) / 2.0, ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            ab += (a[i] - middle) * (b[i] - middle);
            aa += (a[i] - middle) * (a[i] - middle);
            bb += (b[i] - middle) * (b[i] - middle);
        }

        return aa * bb > 0 ? ab / Math.Sqrt(aa * bb) : double.NaN;
    }

    /// <summary>Ranks from 0; equal values share the mean of theirs.</summary>
    internal static double[] Ranks(double[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        var ranks = new double[values.Length];
        for (int start = 0, end; start < order.Length; start = end)
        {
            for (end = start + 1; end < order.Length && values[order[end]] == values[order[start]];)
                end++;
            for (int i = start; i < end; i++)
                ranks[order[i]] = (start + end - 1) / 2.0;
        }

        return ranks;
    }
}

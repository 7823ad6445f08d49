using ReMem.Runtime;

namespace ReMem.Data;

/// <summary>Epochs in which classes are sampled more or less often than they occur.</summary>
internal static class SampledOrder
{
    /// <summary>Share of an epoch that each class has; a class without images has none.</summary>
    public static double[] Shares(IReadOnlyList<int> counts, ClassSampling sampling)
    {
        double power = sampling switch { ClassSampling.Balanced => 0, ClassSampling.Sqrt => 0.5, _ => 1 };
        double[] weights = [.. counts.Select(n => n == 0 ? 0 : Math.Pow(n, power))];
        return [.. weights.Select(w => w / weights.Sum())];
    }

    /// <summary>
    /// As many positions as there are samples. Each class gets its share of them to within one position, rounded at random so that the mean
    /// is exact; within a class no image is drawn again before all others were drawn.
    /// </summary>
    /// <param name="labels">Labels of all samples.</param>
    /// <param name="sampling">The shares.</param>
    /// <param name="random">The epoch's random stream.</param>
    /// <returns>Positions in <paramref name="labels"/>, shuffled.</returns>
    public static int[] Draw(int[] labels, ClassSampling sampling, CounterRandom random)
    {
        int[][] classes =
            [.. labels.Select((label, i) => (label, i)).GroupBy(p => p.label, p => p.i).OrderBy(g => g.Key).Select(g => g.ToArray())];
        double[] shares = Shares([.. classes.Select(c => c.Length)], sampling);
        double offset = random.NextDouble(), end = 0;
        var order = new List<int>(labels.Length);
        int[] turns = random.Permutation(classes.Length);
        for (int turn = 0; turn < turns.Length; turn++)
        {
            int[] members = classes[turns[turn]];
            end += shares[turns[turn]];
            // Systematic sampling; the last end is exact, so that the positions add up.
            int until = turn == turns.Length - 1 ? labels.Length : (int)Math.Floor((end * labels.Length) + offset);
            while (order.Count < until)
                order.AddRange(random.Permutation(members.Length).Take(until - order.Count).Select(i => members[i]));
        }

        return [.. random.Permutation(order.Count).Select(i => order[i])];
    }

    /// <summary>How often the sample of each position occurred in the order before it.</summary>
    public static int[] Repeats(int[] order)
    {
        var seen = new Dictionary<int, int>();
        return [.. order.Select(i => seen[i] = seen.GetValueOrDefault(i, -1) + 1)];
    }
}

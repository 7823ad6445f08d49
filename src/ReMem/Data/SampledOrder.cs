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

    /// <summary>
    /// The positions of an epoch in which labelled and unlabelled samples are spread evenly,
    /// so that every batch has the same share of both.
    /// Among the labelled, classes have their shares; where there are fewer samples than places, all are drawn once before any is again.
    /// </summary>
    /// <param name="labels">Labels of all samples; <see cref="UnlabelledImages.NoLabel"/> for those without.</param>
    /// <param name="sampling">The shares of the classes.</param>
    /// <param name="ratio">Unlabelled samples per labelled one; 0 is as they occur.</param>
    /// <param name="size">Positions of the epoch.</param>
    /// <param name="random">The epoch's random stream.</param>
    /// <returns>Positions in <paramref name="labels"/>.</returns>
    public static int[] Draw(int[] labels, ClassSampling sampling, double ratio, int size, CounterRandom random)
    {
        if (size == labels.Length && !labels.Contains(UnlabelledImages.NoLabel))
            return Draw(labels, sampling, random);
        int[] labelled = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] != UnlabelledImages.NoLabel)];
        int[] others = [.. Enumerable.Range(0, labels.Length).Except(labelled)];
        double share = others.Length == 0 ? 1
            : labelled.Length == 0 ? 0 : ratio > 0 ? 1 / (1 + ratio) : labelled.Length / (double)labels.Length;
        int count = (int)Math.Round(share * size);
        int[] own = [.. labelled.Select(i => labels[i])];
        using IEnumerator<int> first = Repeated(labelled, () => sampling == ClassSampling.Uniform
            ? random.Permutation(labelled.Length)
            : Draw(own, sampling, random)).GetEnumerator();
        using IEnumerator<int> second = Repeated(others, () => random.Permutation(others.Length)).GetEnumerator();
        var order = new int[size];
        for (int i = 0; i < size; i++)
        {
            IEnumerator<int> next = (i + 1L) * count / size > (long)i * count / size ? first : second;
            next.MoveNext();
            order[i] = next.Current;
        }

        return order;
    }

    private static IEnumerable<int> Repeated(int[] samples, Func<int[]> order)
    {
        while (true)
        {
            foreach (int i in order())
                yield return samples[i];
        }
    }

    /// <summary>How often the sample of each position occurred in the order before it.</summary>
    public static int[] Repeats(int[] order)
    {
        var seen = new Dictionary<int, int>();
        return [.. order.Select(i => seen[i] = seen.GetValueOrDefault(i, -1) + 1)];
    }
}

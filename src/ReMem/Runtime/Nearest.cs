namespace ReMem.Runtime;

/// <summary>Suggests the nearest known name for an unknown one.</summary>
internal static class Nearest
{
    /// <summary>The candidate with the smallest edit distance, or null where none is close.</summary>
    public static string? To(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        int bestDistance = Math.Max(3, name.Length / 2) + 1;
        foreach (string candidate in candidates)
        {
            int distance = Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance < bestDistance)
                (best, bestDistance) = (candidate, distance);
        }

        return best;
    }

    /// <summary>
    /// An <see cref="InputException"/> that has the unknown name, the nearest candidate, and all candidates when they are few.
    /// </summary>
    public static InputException Unknown(string kind, string name, IReadOnlyCollection<string> candidates, string? where = null)
    {
        string? nearest = To(name, candidates);
        string remedy = candidates.Count <= 12 ? $"Known: {string.Join(", ", candidates)}." : $"There are {candidates.Count} known ones.";
        return new InputException($"Unknown {kind} '{name}'" + (nearest is null ? "." : $"; did you mean '{nearest}'?"), where, remedy);
    }

    private static int Distance(string a, string b)
    {
        int[] row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), substitute);
            }
        }

        return row[b.Length];
    }
}

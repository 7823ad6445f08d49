namespace ReMem.Weights.Families;

/// <summary>Prefixes of names: the positions where a model's own names may start.</summary>
internal static class NamePrefixes
{
    private const string Delimiters = "./:|-_";

    // Names come from the file: a forged file must not cost unlimited time and memory.
    private const int MaxDelimiters = 16, MaxPrefixes = 20_000, MaxLetters = 2_000_000, MaxShown = 6;

    /// <summary>Every prefix that ends with a delimiter, the empty one first.</summary>
    public static IReadOnlyList<string> All(IEnumerable<string> names)
    {
        var all = new List<string> { string.Empty };
        var known = new HashSet<string>(StringComparer.Ordinal);
        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> lookup = known.GetAlternateLookup<ReadOnlySpan<char>>();
        int letters = 0;
        foreach (string name in names)
        {
            int found = 0;
            for (int i = 0; i < name.Length - 1 && found < MaxDelimiters; i++)
            {
                if (!Delimiters.Contains(name[i], StringComparison.Ordinal))
                    continue;
                found++;
                ReadOnlySpan<char> prefix = name.AsSpan(0, i + 1);
                if (lookup.Contains(prefix))
                    continue;
                letters += i + 1;
                if (all.Count >= MaxPrefixes || letters > MaxLetters)
                    return all;
                all.Add(prefix.ToString());
                known.Add(all[^1]);
            }
        }

        return all;
    }

    /// <summary>The most common first parts of names.</summary>
    public static IReadOnlyList<string> Heads(IEnumerable<string> names) =>
    [
        .. names.Where(n => n.Contains('.', StringComparison.Ordinal))
            .GroupBy(n => n[..(n.IndexOf('.', StringComparison.Ordinal) + 1)], StringComparer.Ordinal)
            .OrderByDescending(g => g.Count()).Take(MaxShown).Select(g => g.Key),
    ];
}

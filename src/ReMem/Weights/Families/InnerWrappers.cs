namespace ReMem.Weights.Families;

/// <summary>What frameworks put into the middle of names, around a part of a model: it is taken out wherever it stands.</summary>
internal static class InnerWrappers
{
    /// <summary>torch.compile, FSDP, activation checkpointing, Lightning's strategies, DataParallel.</summary>
    private static readonly HashSet<string> Parts =
    [
        "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module", "_ddp_module", "module",
    ];

    /// <summary>Names without wrappers, to the file's. Where two would become one, as with a model and its average in one file, both stay.</summary>
    /// <param name="names">The file's.</param>
    /// <param name="dictionaries">The ways of its dictionaries, which are no wrappers.</param>
    public static Dictionary<string, string> Strip(IEnumerable<string> names, IReadOnlyList<string> dictionaries)
    {
        (string Own, string InFile)[] all = [.. names.Select(n => (Strip(n, dictionaries), n))];
        HashSet<string> twice = [.. all.GroupBy(n => n.Own, StringComparer.Ordinal).Where(g => g.Skip(1).Any()).Select(g => g.Key)];
        return all.ToDictionary(n => twice.Contains(n.Own) ? n.InFile : n.Own, n => n.InFile, StringComparer.Ordinal);
    }

    /// <summary>One name without wrappers.</summary>
    public static string Strip(string name, IReadOnlyList<string> dictionaries)
    {
        if (!Parts.Any(p => name.Contains(p, StringComparison.Ordinal)))
            return name;
        int start = dictionaries.Where(d => name.StartsWith(d, StringComparison.Ordinal)).Select(d => d.Length).DefaultIfEmpty(0).Max();
        string[] parts = name[start..].Split('.');
        return name[..start] + string.Join('.', parts.Where((p, i) => i == parts.Length - 1 || !Parts.Contains(p)));
    }
}

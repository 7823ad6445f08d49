namespace ReMem.Weights.Families;

/// <summary>Wrappers that frameworks insert into names, around a part of a model: they are removed wherever they occur.</summary>
internal static class InnerWrappers
{
    /// <summary>torch.compile, FSDP, activation checkpointing, Lightning's strategies, DataParallel.</summary>
    private static readonly HashSet<string> Parts =
    [
        "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module", "_ddp_module", "module",
    ];

    /// <summary>
    /// Maps names without wrappers to the file's names. Where two would become equal, as with a model and its average in one file, both
    /// stay unchanged.
    /// </summary>
    /// <param name="names">The file's names.</param>
    /// <param name="dictionaries">The paths of its dictionaries, which are not wrappers.</param>
    public static Dictionary<string, string> Strip(IEnumerable<string> names, IReadOnlyList<string> dictionaries)
    {
        (string Own, string InFile)[] all = [.. names.Select(n => (Strip(n, dictionaries), n))];
        HashSet<string> twice = [.. all.GroupBy(n => n.Own, StringComparer.Ordinal).Where(g => g.Skip(1).Any()).Select(g => g.Key)];
        return all.ToDictionary(n => twice.Contains(n.Own) ? n.InFile : n.Own, n => n.InFile, StringComparer.Ordinal);
    }

    /// <summary>Removes the wrappers from a name.</summary>
    public static string Strip(string name, IReadOnlyList<string> dictionaries)
    {
        if (!Parts.Any(p => name.Contains(p, StringComparison.Ordinal)))
            return name;
        int start = dictionaries.Where(d => name.StartsWith(d, StringComparison.Ordinal)).Select(d => d.Length).DefaultIfEmpty(0).Max();
        string[] parts = name[start..].Split('.');
        return name[..start] + string.Join('.', parts.Where((p, i) => i == parts.Length - 1 || !Parts.Contains(p)));
    }
}

namespace ReMem.Weights.Files;

/// <summary>A Python dictionary, ordered or not, with its entries as they were added. Tuples are object arrays and lists are lists.</summary>
internal sealed class PickleDictionary
{
    /// <summary>Entries; of two with one key the later one counts.</summary>
    public List<KeyValuePair<object?, object?>> Items { get; } = [];
}

/// <summary>Something that a pickle names by module and name. Naming it imports nothing.</summary>
/// <param name="Name">"module.name".</param>
internal sealed record PickleGlobal(string Name);

/// <summary>
/// What a pickle would make by running something, and what therefore is not made: a place that keeps what is put into it, since a state dict may be in it.
/// </summary>
/// <param name="name">What would make it, "module.name".</param>
internal sealed class PickleOpaque(string name)
{
    /// <summary>What would make it.</summary>
    public string Name => name;

    /// <summary>Whether it stands where a tensor would.</summary>
    public bool IsTensor { get; init; }

    /// <summary>Entries, where it is used as a dictionary.</summary>
    public PickleDictionary? Items { get; set; }

    /// <summary>Attributes; null where it has none.</summary>
    public PickleDictionary? State { get; set; }
}

/// <summary>Decides what the names in a pickle mean and what calling them makes: the only door from a pickle to anything but plain values.</summary>
internal interface IPickleWorld
{
    /// <summary>What a name means. Unknown ones are noted.</summary>
    object Find(string module, string name);

    /// <summary>The value of a known global called with arguments.</summary>
    /// <returns>A <see cref="PickleOpaque"/> for unknown ones; null where a known one takes no such arguments.</returns>
    object? Call(PickleGlobal global, object?[] arguments);

    /// <summary>The value of a persistent id.</summary>
    /// <returns>null for a storage that cannot be.</returns>
    object? Load(object? id);
}

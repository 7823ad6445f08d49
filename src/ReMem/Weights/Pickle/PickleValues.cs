namespace ReMem.Weights.Pickle;

/// <summary>A Python dictionary, ordered or not, with its entries as they were added. Tuples are object arrays and lists are lists.</summary>
internal sealed class PickleDictionary
{
    /// <summary>Entries; of two with one key the later one counts.</summary>
    public List<KeyValuePair<object?, object?>> Items { get; } = [];
}

/// <summary>Something that a pickle names by module and name, and that its reader knows.</summary>
/// <param name="Name">"module.name".</param>
internal sealed record PickleGlobal(string Name);

/// <summary>Decides what a pickle may name and what calling it makes: the only door from a pickle to anything but plain values.</summary>
internal interface IPickleWorld
{
    /// <summary>What a name means.</summary>
    /// <exception cref="InputException">It is none of the known ones.</exception>
    object Find(string module, string name);

    /// <summary>The value of a known global called with arguments.</summary>
    /// <returns>null where it takes no such arguments.</returns>
    object? Call(PickleGlobal global, object?[] arguments);

    /// <summary>The value of a persistent id.</summary>
    /// <returns>null where there is none.</returns>
    object? Load(object? id);
}

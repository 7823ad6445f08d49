namespace ReMem.Weights.Files;

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

namespace ReMem.Weights.Files;

/// <summary>
/// Resolves the names in a pickle and the values of calling them: the only way from a pickle to anything but plain values.
/// </summary>
internal interface IPickleWorld
{
    /// <summary>Resolves a name. Unknown names are recorded.</summary>
    object Find(string module, string name);

    /// <summary>The value of a known global called with arguments.</summary>
    /// <returns>A <see cref="PickleOpaque"/> for unknown ones; null where a known one does not take these arguments.</returns>
    object? Call(PickleGlobal global, object?[] arguments);

    /// <summary>The value of a persistent id.</summary>
    /// <returns>null for an invalid storage.</returns>
    object? Load(object? id);
}

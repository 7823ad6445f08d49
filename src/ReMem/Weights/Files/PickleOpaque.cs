namespace ReMem.Weights.Files;

/// <summary>
/// An object that a pickle would create by running code, which is not done: a placeholder that keeps what is put into it, since it may
/// contain a state dict.
/// </summary>
/// <param name="name">The callable that would create it, "module.name".</param>
internal sealed class PickleOpaque(string name)
{
    /// <summary>The callable that would create it.</summary>
    public string Name => name;

    /// <summary>Whether it stands for a tensor.</summary>
    public bool IsTensor { get; init; }

    /// <summary>Entries, where it is used as a dictionary.</summary>
    public PickleDictionary? Items { get; set; }

    /// <summary>Attributes; null where it has none.</summary>
    public PickleDictionary? State { get; set; }
}

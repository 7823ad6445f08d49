namespace ReMem.Weights.Files;

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

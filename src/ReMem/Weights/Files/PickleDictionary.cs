namespace ReMem.Weights.Files;

/// <summary>
/// A Python dictionary, ordered or not, with its entries as they were added. Tuples are object arrays and lists are lists.
/// </summary>
internal sealed class PickleDictionary
{
    /// <summary>Entries; of two with the same key the later one counts.</summary>
    public List<KeyValuePair<object?, object?>> Items { get; } = [];
}

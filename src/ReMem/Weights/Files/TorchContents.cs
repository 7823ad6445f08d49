namespace ReMem.Weights.Files;

/// <summary>What a checkpoint holds: its tensors by dotted names, through dictionaries and whole modules, and what is with them.</summary>
/// <param name="Tensors">By their whole way from the root, such as "model_ema.module.blocks.0.norm1.weight".</param>
/// <param name="Metadata">Short facts: numbers and texts.</param>
/// <param name="Dictionaries">The ways of the dictionaries that hold tensors, each with its last dot.</param>
/// <param name="SteppedOver">What was not read.</param>
internal sealed record TorchContents(
    IReadOnlyDictionary<string, TorchTensor> Tensors, IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<string> Dictionaries, IReadOnlyList<string> SteppedOver)
{
    /// <summary>The tensors, once their storages have places.</summary>
    public IReadOnlyList<PlacedTensor> Place() => [.. Tensors.Select(t => TorchPlaces.Place(t.Key, t.Value))];
}

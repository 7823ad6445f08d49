namespace ReMem.Weights.Files;

/// <summary>The contents of a checkpoint: its tensors by dotted names, through dictionaries and whole modules, and metadata.</summary>
/// <param name="Tensors">Tensors by their full path from the root, such as "model_ema.module.blocks.0.norm1.weight".</param>
/// <param name="Metadata">Short metadata: numbers and texts.</param>
/// <param name="Dictionaries">The paths of the dictionaries that hold tensors, each with its last dot.</param>
/// <param name="SteppedOver">The objects that were not read.</param>
internal sealed record TorchContents(
    IReadOnlyDictionary<string, TorchTensor> Tensors, IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<string> Dictionaries,
    IReadOnlyList<string> SteppedOver)
{
    /// <summary>The tensors, once the positions of their storages are known.</summary>
    public IReadOnlyList<PlacedTensor> Place() => [.. Tensors.Select(t => TorchPlaces.Place(t.Key, t.Value))];
}

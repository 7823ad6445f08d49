namespace ReMem.Weights;

/// <summary>One tensor of an inspected file.</summary>
/// <param name="Name">In the file.</param>
/// <param name="Type">PyTorch's name, such as "float32".</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Becomes">timm's names of what is made of it; several where it is split.</param>
/// <param name="Dropped">Why timm's model has no use for it; null where it has.</param>
public sealed record InspectedTensor(string Name, string Type, IReadOnlyList<long> Shape, IReadOnlyList<string> Becomes, string? Dropped);

/// <summary>What a weights file holds, without reading its numbers.</summary>
/// <param name="File">The file.</param>
/// <param name="Format">Its format, such as "PyTorch zip archive".</param>
/// <param name="Family">Whose names its tensors have, such as "timm"; null where nobody's that remem knows.</param>
/// <param name="Models">The catalogue's models whose tensors they are, but for a few; several where names and shapes are the same.</param>
/// <param name="Parameters">Numbers in all tensors but BatchNorm's statistics.</param>
/// <param name="Bytes">Size of all tensors.</param>
/// <param name="Metadata">What the file says beside its tensors.</param>
/// <param name="Tensors">In the file's order.</param>
public sealed record WeightsInspection(
    string File,
    string Format,
    string? Family,
    IReadOnlyList<string> Models,
    long Parameters,
    long Bytes,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<InspectedTensor> Tensors)
{
    private static readonly string[] Statistics = ["running_mean", "running_var", "num_batches_tracked"];

    /// <summary>Inspects a file.</summary>
    /// <exception cref="InputException">As <see cref="TimmWeightsFile.Open"/>.</exception>
    public static WeightsInspection Of(string path)
    {
        using TimmWeightsFile file = TimmWeightsFile.Open(path);
        ILookup<string, string> becomes = file.Tensors.Keys
            .SelectMany(name => file.SourcesOf(name).Select(source => (Source: source, Name: name)))
            .ToLookup(t => t.Source, t => t.Name, StringComparer.Ordinal);
        Dictionary<string, string> dropped = file.Dropped.ToDictionary(d => d.Name, d => d.Why, StringComparer.Ordinal);
        TensorEntry[] tensors = [.. file.Originals.Values];
        return new WeightsInspection(
            file.Path,
            file.Format,
            file.Family,
            ArchitectureGuess.Of(file),
            tensors.Where(t => !Statistics.Any(s => t.Name.EndsWith(s, StringComparison.Ordinal))).Sum(t => t.Elements),
            tensors.Sum(t => t.Bytes),
            file.Metadata,
            [.. tensors.Select(t => new InspectedTensor(t.Name, TensorTypes.Name(t.Type), t.Shape, [.. becomes[t.Name]], dropped.GetValueOrDefault(t.Name)))]);
    }
}

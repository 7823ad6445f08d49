using ReMem.Weights.Files;

namespace ReMem.Weights;

/// <summary>What a weights file holds, without reading its numbers.</summary>
/// <param name="File">The file.</param>
/// <param name="Format">Its format, such as "PyTorch zip archive".</param>
/// <param name="Family">Whose names its tensors have, such as "timm"; null where nobody's that remem knows.</param>
/// <param name="Models">The catalogue's models whose tensors they are, but for a few; several where names and shapes are the same.</param>
/// <param name="Parameters">Numbers in all tensors but BatchNorm's statistics.</param>
/// <param name="Bytes">Size of all tensors.</param>
/// <param name="Metadata">What the file says beside its tensors.</param>
/// <param name="Tensors">In the file's order.</param>
internal sealed record WeightsInspection(
    string File,
    string Format,
    string? Family,
    IReadOnlyList<string> Models,
    long Parameters,
    long Bytes,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<InspectedTensor> Tensors)
{
    /// <summary>What the model's names begin with in the file, such as "backbone."; empty where nothing.</summary>
    public string Prefix { get; init; } = string.Empty;

    /// <summary>Prefixes of other networks in the file that would do as well and were not taken.</summary>
    public IReadOnlyList<string> OtherNetworks { get; init; } = [];

    /// <summary>What the file holds besides tensors and plain containers; nothing of it was run.</summary>
    public IReadOnlyList<string> SteppedOver { get; init; } = [];

    private static readonly string[] Statistics = ["running_mean", "running_var", "num_batches_tracked"];

    /// <summary>Inspects a file.</summary>
    /// <exception cref="InputException">As <see cref="TimmWeightsFile.Open(string)"/>.</exception>
    /// <param name="path">The file.</param>
    /// <param name="prefix">As <see cref="WeightLoadOptions.Prefix"/>.</param>
    public static WeightsInspection Of(string path, string? prefix = null)
    {
        using TimmWeightsFile file = TimmWeightsFile.Open(path, prefix, null);
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
            [.. tensors.Select(t => new InspectedTensor(t.Name, TensorTypes.Name(t.Type), t.Shape, [.. becomes[t.Name]], dropped.GetValueOrDefault(t.Name)))])
        {
            Prefix = file.Prefix,
            OtherNetworks = file.OtherNetworks,
            SteppedOver = file.SteppedOver,
        };
    }
}

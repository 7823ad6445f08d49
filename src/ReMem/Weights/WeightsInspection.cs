using ReMem.Weights.Files;

namespace ReMem.Weights;

/// <summary>The contents of a weights file, without its numbers.</summary>
/// <param name="File">The file.</param>
/// <param name="Format">Its format, such as "PyTorch zip archive".</param>
/// <param name="Family">The naming family of its tensors, such as "timm"; null where it is unknown.</param>
/// <param name="Models">The catalogue's models that the tensors fit, except for a few; several where names and shapes are equal.</param>
/// <param name="Parameters">Elements of all tensors except BatchNorm's statistics.</param>
/// <param name="Bytes">Size of all tensors.</param>
/// <param name="Metadata">The file's metadata.</param>
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
    /// <summary>The prefix of the model's names in the file, such as "backbone."; empty where there is none.</summary>
    public string Prefix { get; init; } = string.Empty;

    /// <summary>Prefixes of other networks in the file that fit equally well and were not taken.</summary>
    public IReadOnlyList<string> OtherNetworks { get; init; } = [];

    /// <summary>Objects of the file other than tensors and plain containers; no code was run.</summary>
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
            [.. tensors.Select(t =>
                new InspectedTensor(t.Name, TensorTypes.Name(t.Type), t.Shape, [.. becomes[t.Name]], dropped.GetValueOrDefault(t.Name)))])
        {
            Prefix = file.Prefix,
            OtherNetworks = file.OtherNetworks,
            SteppedOver = file.SteppedOver,
        };
    }
}

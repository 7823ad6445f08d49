using ReMem.Weights.Families;

namespace ReMem.Weights;

/// <summary>The result of a conversion.</summary>
/// <param name="File">The file that was written.</param>
/// <param name="Format">The format that was read.</param>
/// <param name="Family">The naming family of the tensors; null where it is unknown and the names were kept.</param>
/// <param name="Tensors">Number of written tensors.</param>
/// <param name="Renamed">Number of them that were renamed, or made from others.</param>
/// <param name="Dropped">Tensors that timm's model does not use.</param>
internal sealed record WeightConversionResult(
    string File, string Format, string? Family, int Tensors, int Renamed, IReadOnlyList<DroppedTensor> Dropped)
{
    /// <summary>The model that the weights were checked against.</summary>
    public string? Model { get; init; }

    /// <summary>The path of the state dict in a training checkpoint; null where it is the file itself.</summary>
    public string? StateDict { get; init; }

    /// <summary>The prefix of the names in the file; empty where there is none.</summary>
    public string Prefix { get; init; } = string.Empty;

    /// <summary>Prefixes of other networks in the file that fit equally well and were not taken.</summary>
    public IReadOnlyList<string> OtherNetworks { get; init; } = [];
}

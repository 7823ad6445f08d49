using ReMem.Weights.Families;

namespace ReMem.Weights;

/// <summary>What a conversion did.</summary>
/// <param name="File">The file that was written.</param>
/// <param name="Format">The format that was read.</param>
/// <param name="Family">Whose names the tensors had; null where nobody's that remem knows, and they were kept.</param>
/// <param name="Tensors">How many were written.</param>
/// <param name="Renamed">How many of them were renamed, or made of others.</param>
/// <param name="Dropped">Those that timm's model has no use for.</param>
internal sealed record WeightConversionResult(
    string File, string Format, string? Family, int Tensors, int Renamed, IReadOnlyList<DroppedTensor> Dropped)
{
    /// <summary>The model that the weights were checked to fit.</summary>
    public string? Model { get; init; }

    /// <summary>Where in a training's checkpoint the state dict was; null where it is the file itself.</summary>
    public string? StateDict { get; init; }

    /// <summary>What the names began with in the file; empty where nothing.</summary>
    public string Prefix { get; init; } = string.Empty;

    /// <summary>Prefixes of other networks in the file that fit as well and were not taken.</summary>
    public IReadOnlyList<string> OtherNetworks { get; init; } = [];
}

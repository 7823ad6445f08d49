namespace ReMem.Weights.Families;

/// <summary>The image model found among a file's tensors.</summary>
/// <param name="Prefix">Its name prefix, without inner wrappers; empty where there is none.</param>
/// <param name="Container">The dictionary that contains it, with its last dot; empty where the file is one state dict.</param>
/// <param name="Family">Its naming family; null where it is unknown.</param>
/// <param name="Tensors">Its tensors by timm's names.</param>
/// <param name="Dropped">The container's tensors that belong to other networks or to no image classifier, by the file's names.</param>
internal sealed record EncoderChoice(
    string Prefix, string Container, string? Family, IReadOnlyDictionary<string, RenamedTensor> Tensors,
    IReadOnlyList<DroppedTensor> Dropped)
{
    /// <summary>Prefixes of networks that fit equally well and were not taken.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>Prefixes in the file, for messages.</summary>
    public IReadOnlyList<string> Seen { get; init; } = [];
}

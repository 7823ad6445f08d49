namespace ReMem.Weights.Families;

/// <summary>The image model that was found among a file's tensors.</summary>
/// <param name="Prefix">What its names begin with, wrappers in the middle taken out; empty where nothing.</param>
/// <param name="Container">The dictionary that it lies in, with its last dot; empty where the file is one state dict.</param>
/// <param name="Family">Whose names it has; null where nobody's that is known.</param>
/// <param name="Tensors">Its tensors by timm's names.</param>
/// <param name="Dropped">The container's tensors that are not its, or that no image classifier has, by the file's names.</param>
internal sealed record EncoderChoice(
    string Prefix, string Container, string? Family, IReadOnlyDictionary<string, RenamedTensor> Tensors, IReadOnlyList<DroppedTensor> Dropped)
{
    /// <summary>Prefixes of the networks that fit as well and were not taken.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>Prefixes that were seen, for messages.</summary>
    public IReadOnlyList<string> Seen { get; init; } = [];
}

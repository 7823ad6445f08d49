using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>What a weights file says of one of its tensors.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">The type of its numbers.</param>
/// <param name="Shape">Sizes, none negative; empty for a scalar.</param>
internal sealed record TensorEntry(string Name, ScalarType Type, IReadOnlyList<long> Shape)
{
    /// <summary>How many numbers it has.</summary>
    public long Elements => Shape.Aggregate(1L, (product, d) => product * d);

    /// <summary>Its size in memory, bytes.</summary>
    public long Bytes => Elements * TensorTypes.Size(Type);
}

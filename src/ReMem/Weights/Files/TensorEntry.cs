using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>Name, type and shape of a tensor in a weights file.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">The type of its numbers.</param>
/// <param name="Shape">Sizes, none negative; empty for a scalar.</param>
internal sealed record TensorEntry(string Name, ScalarType Type, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements.</summary>
    public long Elements => Shape.Aggregate(1L, (product, d) => product * d);

    /// <summary>Its size in memory, bytes.</summary>
    public long Bytes => Elements * TensorTypes.Size(Type);
}

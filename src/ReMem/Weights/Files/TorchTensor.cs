using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>A tensor as pickled: a view of a storage.</summary>
/// <param name="Storage">The storage of its numbers.</param>
/// <param name="Type">Type of its numbers.</param>
/// <param name="First">Offset of the first one, in numbers.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Strides">Strides in numbers.</param>
internal sealed record TorchTensor(TorchStorage Storage, ScalarType Type, long First, IReadOnlyList<long> Shape,
    IReadOnlyList<long> Strides);

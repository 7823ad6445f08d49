using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>A tensor as pickled: a view of a storage.</summary>
/// <param name="Storage">Its numbers.</param>
/// <param name="Type">Of its numbers.</param>
/// <param name="First">The first one, in numbers.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Strides">In numbers.</param>
internal sealed record TorchTensor(TorchStorage Storage, ScalarType Type, long First, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides);

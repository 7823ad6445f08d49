namespace ReMem.Weights.Files;

/// <summary>A tensor with the position of its numbers in a file.</summary>
/// <param name="Entry">Name, type and shape.</param>
/// <param name="Offset">Offset of its first number in bytes.</param>
/// <param name="Strides">Strides in numbers along each dimension; null where contiguous.</param>
internal sealed record PlacedTensor(TensorEntry Entry, long Offset, IReadOnlyList<long>? Strides = null);

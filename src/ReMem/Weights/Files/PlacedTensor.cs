namespace ReMem.Weights.Files;

/// <summary>A tensor and where its numbers lie in a file.</summary>
/// <param name="Entry">Name, type and shape.</param>
/// <param name="Offset">Byte of its first number.</param>
/// <param name="Strides">Numbers from one element to the next along each dimension; null where contiguous.</param>
internal sealed record PlacedTensor(TensorEntry Entry, long Offset, IReadOnlyList<long>? Strides = null);

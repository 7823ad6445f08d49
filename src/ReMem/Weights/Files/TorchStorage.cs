using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>PyTorch's storage: numbers that tensors may share. Its position is found after the pickle names it.</summary>
/// <param name="type">Type of its numbers; null where it is untyped, in bytes.</param>
/// <param name="key">Its name in the archive.</param>
/// <param name="elements">Number of elements.</param>
internal sealed class TorchStorage(ScalarType? type, string key, long elements)
{
    public ScalarType? Type { get; } = type;

    public string Key { get; } = key;

    /// <summary>Bytes; 0 or more.</summary>
    public long Bytes { get; } = checked(elements * (type is { } t ? TensorTypes.Size(t) : 1));

    /// <summary>Offset of its first byte in the file.</summary>
    public long Offset { get; set; }

    /// <summary>The storage that this one is a part of, and its first byte in it; only in very old files.</summary>
    public (TorchStorage Whole, long Begin)? Part { get; init; }
}

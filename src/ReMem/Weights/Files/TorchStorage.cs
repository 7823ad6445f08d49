using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>Numbers that tensors share: PyTorch's storage. Its place is found after the pickle names it.</summary>
/// <param name="type">Of its numbers; null where untyped, a number being a byte.</param>
/// <param name="key">Its name in the archive.</param>
/// <param name="elements">How many numbers.</param>
internal sealed class TorchStorage(ScalarType? type, string key, long elements)
{
    public ScalarType? Type { get; } = type;

    public string Key { get; } = key;

    /// <summary>Bytes; 0 or more.</summary>
    public long Bytes { get; } = checked(elements * (type is { } t ? TensorTypes.Size(t) : 1));

    /// <summary>First byte in the file.</summary>
    public long Offset { get; set; }

    /// <summary>The storage that this one is a part of, and from which byte; only in very old files.</summary>
    public (TorchStorage Whole, long Begin)? Part { get; init; }
}

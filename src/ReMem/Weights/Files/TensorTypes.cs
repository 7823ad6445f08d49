using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>The number types of weights.</summary>
internal static class TensorTypes
{
    /// <summary>The limit of dimensions, more than any layer's weights have.</summary>
    public const int MaxDimensions = 16;

    /// <summary>Bytes of one number.</summary>
    public static int Size(ScalarType type) => type switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        ScalarType.Int8 or ScalarType.Byte or ScalarType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a supported type of weights"),
    };

    /// <summary>Whether the type is a floating-point type.</summary>
    public static bool IsFloat(ScalarType type) =>
        type is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    /// <summary>PyTorch's name, such as "float32".</summary>
    public static string Name(ScalarType type) => type switch
    {
        ScalarType.Float64 => "float64",
        ScalarType.Float32 => "float32",
        ScalarType.Float16 => "float16",
        ScalarType.BFloat16 => "bfloat16",
        ScalarType.Int64 => "int64",
        ScalarType.Int32 => "int32",
        ScalarType.Int16 => "int16",
        ScalarType.Int8 => "int8",
        ScalarType.Byte => "uint8",
        ScalarType.Bool => "bool",
        _ => type.ToString(),
    };

    /// <summary>
    /// The bytes of a contiguous tensor; null where the shape is invalid: a negative size, too many dimensions, or a product beyond 64
    /// bits.
    /// </summary>
    public static long? Bytes(IReadOnlyList<long> shape, int elementSize)
    {
        if (shape.Count > MaxDimensions)
            return null;
        Int128 bytes = elementSize, whole = elementSize;
        foreach (long size in shape)
        {
            if (size < 0)
                return null;

            // A size of 0 among huge ones gives no bytes, but strides that overflow.
            whole *= Math.Max(1, size);
            if (whole > long.MaxValue)
                return null;
            bytes *= size;
        }

        return (long)bytes;
    }

    /// <summary>"[3, 224, 224]".</summary>
    public static string Text(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}

using static TorchSharp.torch;

namespace ReMem.Weights.Files;

/// <summary>The number types that weights are read in.</summary>
internal static class TensorTypes
{
    /// <summary>More dimensions than any layer's weights have.</summary>
    public const int MostDimensions = 16;

    /// <summary>Bytes of one number.</summary>
    public static int Size(ScalarType type) => type switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        ScalarType.Int8 or ScalarType.Byte or ScalarType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a type that weights are read in"),
    };

    /// <summary>Whether numbers of the type have fractions.</summary>
    public static bool IsFloat(ScalarType type) => type is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

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

    /// <summary>The bytes of a contiguous tensor; null where the shape is impossible: a negative size, too many, or a product past 64 bits.</summary>
    public static long? Bytes(IReadOnlyList<long> shape, int elementSize)
    {
        if (shape.Count > MostDimensions)
            return null;
        Int128 bytes = elementSize, whole = elementSize;
        foreach (long size in shape)
        {
            if (size < 0)
                return null;

            // A size of 0 among huge ones makes no bytes, but strides that no library can count.
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

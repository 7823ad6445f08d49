using static TorchSharp.torch;

namespace ReMem.Export;

/// <summary>ONNX's type numbers for the types that remem writes.</summary>
internal static class OnnxTypes
{
    /// <summary>The TensorProto.DataType of a type.</summary>
    public static int Of(ScalarType type) => type switch
    {
        ScalarType.Float32 => 1,
        ScalarType.Byte => 2,
        ScalarType.Int8 => 3,
        ScalarType.Int32 => 6,
        ScalarType.Int64 => 7,
        ScalarType.Float16 => 10,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a type that remem writes in ONNX"),
    };
}

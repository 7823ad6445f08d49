using ReMem.Models;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>Tensors of a transformer that depend on its image or patch size, and are resampled when a file has another.</summary>
internal static class ShapeAdaptation
{
    private const string PositionTable = "pos_embed";
    private const string PatchWeight = "patch_embed.proj.weight";
    private const string BiasTable = ".relative_position_bias_table";

    /// <summary>Whether a tensor of the file differs from the model's only in its grid or patch size.</summary>
    public static bool CanAdapt(ImageModel model, string name, IReadOnlyList<long> shape)
    {
        if (model is not TransformerModel { Shape: { } numbers })
            return false;
        if (name == PositionTable)
            return shape.Count == 3 && shape[0] == 1 && shape[2] == numbers.Width && IsSquare(shape[1] - numbers.EmbeddedPrefixTokens);
        if (name == PatchWeight)
            return shape.Count == 4 && shape[0] == numbers.Width && shape[1] == 3 && shape[2] == shape[3];
        return name.EndsWith(BiasTable, StringComparison.Ordinal) && shape.Count == 2 && shape[1] == numbers.Heads && IsSquare(shape[0] - 3)
            && shape[0] % 2 == 0;
    }

    /// <summary>The tensor in the model's shape, float32.</summary>
    public static Tensor Adapt(ImageModel model, string name, Tensor value)
    {
        var transformer = (TransformerModel)model;
        value = value.to(ScalarType.Float32);
        return name switch
        {
            PositionTable => PositionEmbedding.Resample(value, transformer.Grid, transformer.Shape.EmbeddedPrefixTokens),
            PatchWeight => PatchKernel.Resample(value, transformer.Shape.PatchSize),
            _ => RelativePositionBias.Resample(value, transformer.Grid),
        };
    }

    /// <summary>Whether a tensor of a file is one that these models compute: rotary angles and the index of relative positions.</summary>
    public static bool IsComputed(string name) =>
        name.StartsWith("rope.", StringComparison.Ordinal) || name.Contains(".rope.", StringComparison.Ordinal)
        || name.EndsWith("relative_position_index", StringComparison.Ordinal);

    private static bool IsSquare(long count)
    {
        long side = (long)Math.Round(Math.Sqrt(Math.Max(count, 0)));
        return side > 0 && side * side == count;
    }
}

using System.Globalization;
namespace ReMem.Export.Int8;

/// <summary>Comparison of an int8 file with the float32 file of the same model, both in ONNX Runtime.</summary>
/// <param name="Images">Labelled images that both were scored on.</param>
/// <param name="FloatTop1">The float32 file's top-1, in [0, 1].</param>
/// <param name="Top1">The int8 file's.</param>
/// <param name="Agreement">Share of images with the same best class.</param>
/// <param name="MaxLoss">Maximal loss of top-1, percentage points.</param>
internal sealed record Int8Check(int Images, double FloatTop1, double Top1, double Agreement, double MaxLoss)
{
    /// <summary>Loss of top-1, percentage points; below 0 where the int8 file is better.</summary>
    public double Loss => 100 * (FloatTop1 - Top1);

    /// <summary>What is wrong with the file, in a sentence; null where it may be used.</summary>
    public string? Failure => Loss <= MaxLoss
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"The int8 file reaches {100 * Top1:0.0} % top-1 on {Images} images, and the float32 file {100 * FloatTop1:0.0} %: "
                + $"{MaxLoss:0.##} points may be lost.");
}

global using DecodedSize = ReMem.Inference.EvaluationSize;

using ReMem.Data.Decoding;

namespace ReMem.Inference;

/// <summary>
/// The size to decode a JPEG at, in the place of the toolkit's DecodedSize: the full one, as far as memory allows, as in evaluation.
/// </summary>
/// <param name="Side">Sufficient pixels of the shorter side; 0 is the full size.</param>
internal readonly record struct EvaluationSize(double Side)
{
    /// <summary>The factor by which an image is reduced: 1, 2, 4 or 8.</summary>
    public int Divisor(int width, int height, bool isJpeg) => isJpeg ? ImageLimits.Divisor(width, height, Side) : 1;
}

using ReMem.Data.Views;
using ReMem.Runtime;

namespace ReMem.Data.Decoding;

/// <summary>The size to decode a JPEG at: for a view, or for a shorter side.</summary>
/// <param name="Side">Sufficient pixels of the shorter side where there is no view; 0 is the full size.</param>
/// <param name="View">The view that it is decoded for; null is none.</param>
/// <param name="Random">That view's draws.</param>
internal readonly record struct DecodedSize(double Side, ViewOptions? View = null, CounterRandom Random = default)
{
    /// <summary>The factor by which an image is reduced: 1, 2, 4 or 8, for which the JPEG decoder has fast paths.</summary>
    /// <param name="width">Its columns, upright.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="isJpeg">Other formats are decoded in full size.</param>
    public int Divisor(int width, int height, bool isJpeg)
    {
        if (!isJpeg)
            return 1;
        return ImageLimits.Divisor(width, height, View is null ? Side : ViewTransform.EnoughSide(width, height, View, Random));
    }
}

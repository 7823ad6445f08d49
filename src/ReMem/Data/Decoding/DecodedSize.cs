using ReMem.Data.Views;
using ReMem.Runtime;

namespace ReMem.Data.Decoding;

/// <summary>How large a JPEG has to be decoded: for a view, or to a shorter side whatever the view.</summary>
/// <param name="Side">Pixels of the shorter side that are enough where there is no view; 0 is the full size.</param>
/// <param name="View">The view that it is decoded for; null is none.</param>
/// <param name="Random">That view's draws.</param>
internal readonly record struct DecodedSize(double Side, ViewOptions? View = null, CounterRandom Random = default)
{
    /// <summary>How many times smaller an image comes out: 1, 2, 4 or 8. The JPEG decoder has fast paths for these alone.</summary>
    /// <param name="width">Its columns, upright.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="isJpeg">Any other format comes out in full.</param>
    public int Divisor(int width, int height, bool isJpeg)
    {
        if (!isJpeg)
            return 1;
        double enough = View is null ? Side : Data.Views.View.EnoughSide(width, height, View, Random);
        int divisor = 1;
        while (enough > 0 && divisor < 8 && Math.Min(width, height) / (2.0 * divisor) >= enough)
            divisor *= 2;
        while (divisor < 8 && (long)width * height > ImageLimits.MaxDecodedPixels * divisor * divisor)
            divisor *= 2;
        return divisor;
    }
}

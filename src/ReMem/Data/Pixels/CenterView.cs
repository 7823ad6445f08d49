namespace ReMem.Data.Pixels;

/// <summary>
/// timm's evaluation transform over PIL's arithmetic: the shorter side resized to floor(size / crop), then a centre crop.
/// </summary>
internal static class CenterView
{
    /// <summary>Makes the view, size x size.</summary>
    /// <param name="image">1 x 1 or larger.</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="cropPct">timm's crop_pct, above 0 to 1.</param>
    /// <param name="interpolation">The filter.</param>
    /// <param name="into">Receives the pixels; null allocates them.</param>
    public static RgbImage Apply(RgbImage image, int size, double cropPct, Interpolation interpolation, byte[]? into = null)
    {
        long shorter = (long)Math.Floor(size / cropPct);
        (long width, long height) = image.Width <= image.Height
            ? (shorter, (long)(shorter * (double)image.Height / image.Width))
            : ((long)(shorter * (double)image.Width / image.Height), shorter);
        long left = (long)Math.Round((width - size) / 2.0);
        long top = (long)Math.Round((height - size) / 2.0);
        var all = new PixelBox(0, 0, image.Width, image.Height);
        return Resampler.Resize(image, width, height, interpolation, all, left, top, size, size, into);
    }
}

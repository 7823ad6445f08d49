namespace ReMem.Data.Decoding;

/// <summary>
/// Limits of the size that an image's header states. Decoding takes seven bytes per pixel, on each thread, and a file of forty bytes can
/// state any size: it must fit what the file's bytes can hold, and the memory of a machine.
/// </summary>
internal static class ImageLimits
{
    /// <summary>The maximal pixels of a decoded image: 350 MB while it is decoded. A larger JPEG is decoded reduced.</summary>
    public const long MaxDecodedPixels = 50_000_000;

    // Pixels that any file may state: 28 MB while it is decoded.
    private const long FreePixels = 4_000_000;

    // The decoder of a progressive JPEG holds the coefficients of the whole picture, whatever the decoded size. A photo has about 4 pixels
    // per byte.
    private const long FreeProgressivePixels = 16_000_000;
    private const long ProgressivePixelsPerByte = 100;

    /// <summary>Refuses a stated size before memory is allocated.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="format">By <see cref="ImageDecoder.FormatOf"/>.</param>
    /// <param name="maxPixels">The caller's own limit.</param>
    /// <returns>The reason, to follow the image's name in a message; null where it may be decoded.</returns>
    public static string? Refusal(int width, int height, ReadOnlySpan<byte> encoded, string? format, long maxPixels)
    {
        long pixels = (long)width * height, limit = format == "JPEG" ? maxPixels : Math.Min(maxPixels, MaxDecodedPixels);
        if (pixels > limit)
            return $"claims {width} x {height} pixels, more than the {limit} that are decoded";
        return pixels > MaxPixelsOf(encoded, format)
            ? $"claims {width} x {height} pixels, more than its {encoded.Length} bytes can hold" : null;
    }

    /// <summary>The maximal pixels that a file of these bytes can hold.</summary>
    private static long MaxPixelsOf(ReadOnlySpan<byte> encoded, string? format) => format switch
    {
        // Deflate packs 1032 to 1, and a byte may have eight pixels.
        "PNG" => Math.Max(FreePixels, encoded.Length * 8300L),
        // A code of 12 bits stands for at most 4096 pixels.
        "GIF" => Math.Max(FreePixels, encoded.Length * 2800L),
        // Runs of up to 255 pixels in two bytes; else a pixel has a bit or more.
        "BMP" => Math.Max(FreePixels, encoded.Length * 130L),
        "JPEG" when JpegStructure.IsProgressive(encoded) => Math.Max(FreeProgressivePixels, encoded.Length * ProgressivePixelsPerByte),
        // An empty block of 16 x 16 pixels takes six codes of a bit or more.
        "JPEG" => Math.Max(FreePixels, encoded.Length * 350L),
        // A picture of one colour is a few bytes of WebP at any size: this bound is for ordinary pictures.
        _ => Math.Max(FreePixels, encoded.Length * 20_000L),
    };

    /// <summary>The factor by which a JPEG is decoded smaller, for which its decoder has fast paths: 1, 2, 4 or 8.</summary>
    /// <param name="width">Its columns.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="enough">Sufficient pixels of the shorter side; 0 is the full size, as far as memory allows.</param>
    public static int Divisor(int width, int height, double enough)
    {
        int divisor = 1;
        while (enough > 0 && divisor < 8 && Math.Min(width, height) / (2.0 * divisor) >= enough)
            divisor *= 2;
        while (divisor < 8 && (long)width * height > MaxDecodedPixels * divisor * divisor)
            divisor *= 2;
        return divisor;
    }
}

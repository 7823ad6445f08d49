namespace ReMem.Data.Decoding;

/// <summary>
/// What an image may claim. Decoding takes seven bytes a pixel, on each thread, and a file of forty bytes can state any size: the claim must fit what the
/// file's own bytes can hold, and what a machine can spare.
/// </summary>
internal static class ImageLimits
{
    /// <summary>The most pixels that come out of a decoder: 350 MB while it works. A larger JPEG comes out reduced.</summary>
    public const long MaxDecodedPixels = 50_000_000;

    // Of any file: 28 MB while it is decoded.
    private const long FreePixels = 4_000_000;

    // A decoder of a progressive JPEG holds the coefficients of the whole picture, whatever size comes out. A photo has some 4 pixels a byte.
    private const long FreeProgressivePixels = 16_000_000;
    private const long ProgressivePixelsPerByte = 100;

    /// <summary>Refuses a claim, before memory is taken for it.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="format">As <see cref="ImageDecoder.FormatOf"/> says it.</param>
    /// <param name="maxPixels">The caller's own limit.</param>
    /// <returns>Why, as what follows the image's name; null where it may be decoded.</returns>
    public static string? Refusal(int width, int height, ReadOnlySpan<byte> encoded, string? format, long maxPixels)
    {
        long pixels = (long)width * height, limit = format == "JPEG" ? maxPixels : Math.Min(maxPixels, MaxDecodedPixels);
        if (pixels > limit)
            return $"claims {width} x {height} pixels, more than the {limit} that are decoded";
        return pixels > MostOf(encoded, format) ? $"claims {width} x {height} pixels, more than its {encoded.Length} bytes can hold" : null;
    }

    /// <summary>The most pixels that a file of these bytes can hold.</summary>
    private static long MostOf(ReadOnlySpan<byte> encoded, string? format) => format switch
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
        // A picture of one colour is a few bytes of WebP at any size: this is a bound for honest ones.
        _ => Math.Max(FreePixels, encoded.Length * 20_000L),
    };
}

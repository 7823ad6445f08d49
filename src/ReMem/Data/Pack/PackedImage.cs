using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;
using SkiaSharp;

namespace ReMem.Data.Pack;

/// <summary>An image as it is packed.</summary>
/// <param name="Bytes">Encoded.</param>
/// <param name="Unchanged">The source's own bytes.</param>
/// <param name="SourceBytes">Bytes in the source.</param>
internal sealed record PackedImage(byte[] Bytes, bool Unchanged, long SourceBytes)
{
    /// <summary>Decodes, resizes the shorter side and encodes; an image that is no larger stays as it is.</summary>
    /// <exception cref="InputException">It cannot be read or decoded.</exception>
    public static PackedImage Of(IImageSource source, int index, PackOptions options)
    {
        byte[] encoded = source.Read(index);
        int side = options.ShorterSide;
        // Decoded at twice the size or more, so that the resize still determines every pixel.
        RgbImage image = ImageDecoder.Decode(encoded, source.Name(index), ImageDecoder.DefaultMaxPixels, 2 * side);
        int shorter = Math.Min(image.Width, image.Height);
        bool bare = ImageDecoder.FormatOf(encoded) == "BMP";
        if (shorter <= side)
            return bare
                ? new PackedImage(Encode(image, PackFormat.Png, 0), false, encoded.Length)
                : new PackedImage(encoded, true, encoded.Length);
        (int width, int height) = image.Width <= image.Height
            ? (side, (int)((long)side * image.Height / image.Width))
            : ((int)((long)side * image.Width / image.Height), side);
        RgbImage resized = Resampler.Resize(image, width, height, Interpolation.Bicubic);
        return new PackedImage(Encode(resized, options.Format, options.Quality), false, encoded.Length);
    }

    private static byte[] Encode(RgbImage image, PackFormat format, int quality)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Span<byte> rgba = bitmap.GetPixelSpan();
        for (int y = 0, from = 0; y < image.Height; y++)
        {
            Span<byte> row = rgba.Slice(y * bitmap.RowBytes, image.Width * 4);
            for (int x = 0; x < row.Length; x += 4, from += 3)
                (row[x], row[x + 1], row[x + 2], row[x + 3]) = (image.Pixels[from], image.Pixels[from + 1], image.Pixels[from + 2], 255);
        }

        using SKPixmap pixels = bitmap.PeekPixels()!;
        using SKData? data = format switch
        {
            PackFormat.Png => pixels.Encode(SKPngEncoderOptions.Default),
            PackFormat.WebP => pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 50)),
            _ => pixels.Encode(new SKJpegEncoderOptions(quality, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore)),
        };
        return data?.ToArray()
            ?? throw new InvalidOperationException($"Skia does not encode {image.Width} x {image.Height} pixels as {format}.");
    }
}

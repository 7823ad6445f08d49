using System.Runtime.InteropServices;
using ReMem.Data.Pixels;
using SkiaSharp;

namespace ReMem.Data.Decoding;

/// <summary>
/// Decodes JPEG, PNG, WebP, GIF, BMP and TIFF by content, never by file name. Pixels are the stored ones: embedded colour
/// profiles are not applied, as in PIL and timm, on whose pixels the published weights were trained.
/// </summary>
internal static class ImageDecoder
{
    /// <summary>
    /// The default of maxPixels: the limit at which PIL refuses an image as a decompression bomb. A JPEG with more than 50 million pixels
    /// is decoded at a half, a quarter or an eighth of its size; in other formats more than 50 million are refused, as are more than the
    /// file's bytes can hold.
    /// </summary>
    public const long DefaultMaxPixels = 178_956_970;

    /// <summary>
    /// Decodes to 8-bit RGB: turned upright by its EXIF orientation, transparency flattened on white, CMYK converted, 16 bits cut to 8,
    /// the first frame of an animation, the first page of a TIFF.
    /// </summary>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="maxPixels">More pixels than this are refused before memory is allocated.</param>
    /// <param name="enoughSide">
    /// Above 0, a JPEG is decoded at a half, a quarter or an eighth of its size where its shorter side still has this many pixels: the
    /// decoder does so in a fraction of the time.
    /// </param>
    /// <exception cref="InputException">Empty, truncated, corrupt, too large, or not an image; the message names it.</exception>
    public static RgbImage Decode(byte[] encoded, string name, long maxPixels = DefaultMaxPixels, double enoughSide = 0) =>
        Decode(encoded, encoded.Length, name, maxPixels, new DecodedSize(enoughSide), bytes => new byte[bytes]).Image;

    /// <summary>Decodes into pixels that the caller provides, which may be more than needed.</summary>
    internal static Decoded Decode(byte[] encoded, int length, string name, long maxPixels, DecodedSize size, Func<int, byte[]> pixels)
    {
        if (length == 0)
            throw Bad(name, "is empty (0 bytes)");

        if (FormatOf(encoded.AsSpan(0, length)) == "TIFF")
            return DecodeTiff(encoded, length, name, maxPixels, pixels);

        // The stream reads the array in place; the codec owns the stream.
        GCHandle pin = GCHandle.Alloc(encoded, GCHandleType.Pinned);
        try
        {
            using var data = SKData.Create(pin.AddrOfPinnedObject(), length);
            using SKCodec? codec = SKCodec.Create(data);
            if (codec is null)
            {
                if (UnreadFormatOf(encoded.AsSpan(0, length)) is { } unread)
                {
                    throw new InputException(
                        $"The image '{name}' is {unread}, which is not supported.",
                        remedy: "Convert it to JPEG or PNG, or leave bad images out with --on-bad-image skip.");
                }

                throw Bad(
                    name,
                    FormatOf(encoded.AsSpan(0, length)) is { } format
                        ? $"is a corrupt or truncated {format}: its header cannot be read"
                        : "is not a JPEG, PNG, WebP, GIF, BMP or TIFF");
            }

            if (JpegStructure.LacksScans(encoded.AsSpan(0, length)))
                throw Bad(name, "is truncated");
            if (ImageLimits.Refusal(codec.Info.Width, codec.Info.Height, encoded.AsSpan(0, length), FormatOf(encoded.AsSpan(0, length)),
                maxPixels) is { } why)
                throw Bad(name, why, "Scale it down, delete it, or leave bad images out with --on-bad-image skip.");
            SKEncodedOrigin origin = codec.EncodedOrigin;
            if (codec.EncodedFormat == SKEncodedImageFormat.Png && origin == SKEncodedOrigin.TopLeft)
                origin = (SKEncodedOrigin)PngOrientation.Of(encoded.AsSpan(0, length));
            return Decode(codec, origin, name, size, pixels);
        }
        finally
        {
            pin.Free();
        }
    }

    /// <summary>A decoded image with its full size.</summary>
    /// <param name="Image">The pixels.</param>
    /// <param name="Width">Columns of the full size, upright.</param>
    /// <param name="Height">Its rows.</param>
    /// <param name="IsJpeg">Whether it is a JPEG.</param>
    /// <param name="Divisor">How many times smaller the image is.</param>
    internal readonly record struct Decoded(RgbImage Image, int Width, int Height, bool IsJpeg, int Divisor);

    private static unsafe Decoded Decode(SKCodec codec, SKEncodedOrigin origin, string name, DecodedSize size, Func<int, byte[]> pixels)
    {
        int width = codec.Info.Width, height = codec.Info.Height;
        bool isJpeg = codec.EncodedFormat == SKEncodedImageFormat.Jpeg;
        (int fullWidth, int fullHeight) = IsSwapped(origin) ? (height, width) : (width, height);
        int divisor = size.Divisor(fullWidth, fullHeight, isJpeg);
        if (divisor > 1)
        {
            SKSizeI reduced = codec.GetScaledDimensions(1f / divisor);
            (width, height) = (reduced.Width, reduced.Height);
        }

        // Without a colour space Skia converts nothing; unpremultiplied keeps the colours under transparency as they are stored.
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, codec.Info.IsOpaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        nuint bytes = (nuint)info.BytesSize64;
        void* rgba = NativeMemory.Alloc(bytes);
        try
        {
            SKCodecResult result = codec.GetPixels(info, (nint)rgba);
            if (result == SKCodecResult.IncompleteInput)
                throw Bad(name, "is truncated");
            if (result != SKCodecResult.Success)
                throw Bad(name, $"is corrupt ({result})");
            RgbImage image = Orient((byte*)rgba, width, height, origin, info.AlphaType == SKAlphaType.Opaque, pixels);
            return new Decoded(image, fullWidth, fullHeight, isJpeg, divisor);
        }
        finally
        {
            NativeMemory.Free(rgba);
        }
    }

    private static unsafe Decoded DecodeTiff(byte[] encoded, int length, string name, long maxPixels, Func<int, byte[]> pixels)
    {
        TiffDecoder.Page page = TiffDecoder.Decode(
            encoded, length, maxPixels, (w, h) => ImageLimits.Refusal(w, h, encoded.AsSpan(0, length), "TIFF", maxPixels),
            why => Bad(name, why));
        // Colours are multiplied by alpha: on white, what alpha leaves is added.
        if (!page.Opaque)
        {
            for (int i = 0; i < page.Rgba.Length; i++)
            {
                uint p = (uint)page.Rgba[i], rest = 255 - (p >> 24);
                page.Rgba[i] = (int)(Math.Min(255, (p & 255) + rest) | (Math.Min(255, ((p >> 8) & 255) + rest) << 8)
                    | (Math.Min(255, ((p >> 16) & 255) + rest) << 16));
            }
        }

        var origin = (SKEncodedOrigin)page.Orientation;
        fixed (int* rgba = page.Rgba)
        {
            RgbImage image = Orient((byte*)rgba, page.Width, page.Height, origin, opaque: true, pixels);
            return new Decoded(image, image.Width, image.Height, false, 1);
        }
    }

    /// <summary>Whether stored columns become rows of the upright image.</summary>
    private static bool IsSwapped(SKEncodedOrigin origin) =>
        origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;

    private static unsafe RgbImage Orient(byte* rgba, int width, int height, SKEncodedOrigin origin, bool opaque, Func<int, byte[]> provide)
    {
        // Where the stored pixel (0, 0) lands, and the steps in the upright image that one stored column and one stored row make.
        bool swapped = IsSwapped(origin);
        (int outWidth, int outHeight) = swapped ? (height, width) : (width, height);
        bool fromRight = origin is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight or SKEncodedOrigin.RightTop
            or SKEncodedOrigin.RightBottom;
        bool fromBottom = origin is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft or SKEncodedOrigin.RightBottom
            or SKEncodedOrigin.LeftBottom;
        nint horizontal = fromRight ? -3 : 3;
        nint vertical = (fromBottom ? -3 : 3) * (nint)outWidth;
        (nint column, nint row) = swapped ? (vertical, horizontal) : (horizontal, vertical);
        nint start = ((fromRight ? outWidth - 1 : 0) * 3) + ((fromBottom ? outHeight - 1 : 0) * 3 * (nint)outWidth);

        byte[] pixels = provide(checked(outWidth * outHeight * 3));
        fixed (byte* first = pixels)
        {
            byte* source = rgba;
            for (int y = 0; y < height; y++)
            {
                byte* target = first + start + (y * row);
                for (int x = 0; x < width; x++, source += 4, target += column)
                {
                    if (opaque || source[3] == 255)
                    {
                        (target[0], target[1], target[2]) = (source[0], source[1], source[2]);
                    }
                    else
                    {
                        for (int c = 0; c < 3; c++)
                            target[c] = (byte)(((source[c] * source[3]) + (255 * (255 - source[3])) + 127) / 255);
                    }
                }
            }
        }

        return new RgbImage(outWidth, outHeight, pixels);
    }

    /// <summary>The format by the first bytes: JPEG, PNG, GIF, WebP, BMP or TIFF; null for any other.</summary>
    internal static string? FormatOf(ReadOnlySpan<byte> encoded) =>
        encoded.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "JPEG"
        : encoded.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) ? "PNG"
        : encoded.StartsWith("GIF8"u8) ? "GIF"
        : encoded.StartsWith("RIFF"u8) ? "WebP"
        : encoded.StartsWith("BM"u8) ? "BMP"
        : encoded.StartsWith("II*\0"u8) || encoded.StartsWith("MM\0*"u8) || encoded.StartsWith("II+\0"u8) || encoded.StartsWith("MM\0+"u8)
            ? "TIFF"
        : null;

    /// <summary>A common format that is not decoded; null for an unknown one.</summary>
    internal static string? UnreadFormatOf(ReadOnlySpan<byte> encoded)
    {
        if (encoded.StartsWith("\0\0\0\u000cjP  "u8) || encoded.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]))
            return "JPEG 2000";
        if (encoded.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) || encoded.StartsWith("\0\0\0\u000cJXL "u8))
            return "JPEG XL";
        if (encoded.Length < 12 || !encoded[4..8].SequenceEqual("ftyp"u8))
            return encoded.TrimStart("\uFEFF \r\n\t"u8) is var text && (text.StartsWith("<svg"u8) || text.StartsWith("<?xml"u8))
                ? "SVG"
                : null;
        ReadOnlySpan<byte> brand = encoded[8..12];
        return brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8) ? "AVIF"
            : brand.StartsWith("hei"u8) || brand.StartsWith("hev"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8)
                ? "HEIC"
                : null;
    }

    private static InputException Bad(string name, string why,
        string remedy = "Replace or delete it, or leave bad images out with --on-bad-image skip.") =>
        new($"The image '{name}' {why}.", remedy: remedy);
}

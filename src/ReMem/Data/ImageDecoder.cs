using SkiaSharp;

namespace ReMem.Data;

/// <summary>Decodes images by their content: JPEG, PNG, WebP, GIF (first frame), BMP. Transparency is flattened on white, EXIF orientation applied.</summary>
public static class ImageDecoder
{
    /// <summary>Pixels above which an image is taken for a decompression bomb: PIL's limit.</summary>
    public const long DefaultMaxPixels = 178_956_970;

    /// <summary>Decodes an image.</summary>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="name">Named in errors.</param>
    /// <param name="maxPixels">More are refused before any is decoded.</param>
    /// <exception cref="InputException">Empty, no image, too large, or cut short.</exception>
    public static RgbImage Decode(byte[] encoded, string name, long maxPixels = DefaultMaxPixels)
    {
        if (encoded.Length == 0)
            throw Bad("The image file is empty.", name);
        using var data = SKData.CreateCopy(encoded);
        using SKCodec codec = SKCodec.Create(data) ?? throw Bad("The file is no image that can be decoded.", name);
        SKImageInfo found = codec.Info;
        if ((long)found.Width * found.Height > maxPixels)
            throw Bad($"The image has {found.Width} x {found.Height} pixels, more than the limit of {maxPixels}.", name);

        bool opaque = found.AlphaType == SKAlphaType.Opaque;
        var info = new SKImageInfo(found.Width, found.Height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        using var bitmap = new SKBitmap(info);
        SKCodecResult result = codec.GetPixels(info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
            throw Bad(result == SKCodecResult.IncompleteInput ? "The image is cut short." : $"The image is corrupt ({result}).", name);
        byte[] pixels = opaque ? Drop(bitmap.GetPixelSpan()) : Flatten(bitmap.GetPixelSpan());
        return Orientation.Apply(new RgbImage(info.Width, info.Height, pixels), codec.EncodedOrigin);
    }

    private static InputException Bad(string what, string name) =>
        new(what, name, "Replace or remove the file, or pass --on-bad-image skip.");

    private static byte[] Drop(ReadOnlySpan<byte> rgba)
    {
        byte[] rgb = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; from < rgba.Length; from += 4, to += 3)
        {
            rgb[to] = rgba[from];
            rgb[to + 1] = rgba[from + 1];
            rgb[to + 2] = rgba[from + 2];
        }

        return rgb;
    }

    private static byte[] Flatten(ReadOnlySpan<byte> rgba)
    {
        byte[] rgb = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; from < rgba.Length; from += 4, to += 3)
        {
            int alpha = rgba[from + 3];
            for (int c = 0; c < 3; c++)
                rgb[to + c] = (byte)(((rgba[from + c] * alpha) + (255 * (255 - alpha)) + 127) / 255);
        }

        return rgb;
    }
}

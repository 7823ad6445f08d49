using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;
using SkiaSharp;

namespace ReMem.Reports;

/// <summary>Small pictures for pages.</summary>
internal static class Thumbnail
{
    /// <summary>Longer side, pixels.</summary>
    internal const int Side = 144;

    private const int Quality = 80;

    /// <summary>An image as a small JPEG in a data address.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static string DataAddress(IImageSource images, int index)
    {
        RgbImage image = ImageDecoder.Decode(images.Read(index), images.Name(index), enoughSide: Side);
        return $"data:image/jpeg;base64,{Convert.ToBase64String(Jpeg(image))}";
    }

    /// <summary>The whole image, no side longer than <see cref="Side"/>, as a JPEG.</summary>
    internal static byte[] Jpeg(RgbImage image)
    {
        using var bitmap = new SKBitmap(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        Span<byte> target = bitmap.GetPixelSpan();
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            image.Pixels.AsSpan(3 * i, 3).CopyTo(target[(4 * i)..]);
            target[(4 * i) + 3] = 255;
        }

        double scale = Math.Min(1, (double)Side / Math.Max(image.Width, image.Height));
        var size = new SKSizeI(Math.Max(1, (int)(scale * image.Width)), Math.Max(1, (int)(scale * image.Height)));
        using SKBitmap small = bitmap.Resize(size, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using SKData data = small.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }
}

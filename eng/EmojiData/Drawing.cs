using System.Security.Cryptography;
using SkiaSharp;

namespace ReMem.Eng.EmojiData;

/// <summary>A drawing flattened on white: 32 x 32 interleaved 8-bit RGB.</summary>
/// <param name="Pixels">Rows from the top, 3,072 bytes.</param>
public sealed record Drawing(byte[] Pixels)
{
    /// <summary>Side in pixels.</summary>
    public const int Size = 32;

    /// <summary>Side in pixels of what a drawing is made of.</summary>
    public const int SourceSize = 2 * Size;

    /// <summary>Catmull-Rom at half size, in 1/256: integers, so that every machine makes the same bytes.</summary>
    private static readonly int[] Taps = [-3, -9, 29, 111, 111, 29, -9, -3];

    /// <summary>SHA-256 of the pixels, in hexadecimal.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Pixels));

    /// <summary>Reads a 64 x 64 PNG, flattens it on white and scales it to half its size.</summary>
    /// <exception cref="InputException">The file is missing, is no image, or has another size.</exception>
    public static Drawing Load(string file)
    {
        using SKBitmap? bitmap = File.Exists(file) ? Decode(file) : null;
        if (bitmap is not { Width: SourceSize, Height: SourceSize })
            throw new InputException($"'{file}' is no {SourceSize} x {SourceSize} px image.", file, "Unpack the package again.");

        return Of(bitmap);
    }

    /// <summary>Flattens 64 x 64 RGBA pixels on white and scales them to half their size.</summary>
    public static Drawing Of(SKBitmap bitmap)
    {
        ReadOnlySpan<byte> rgba = bitmap.GetPixelSpan();
        int[] flat = new int[SourceSize * SourceSize * 3];
        for (int i = 0; i < SourceSize * SourceSize; i++)
        {
            int alpha = rgba[(4 * i) + 3];
            for (int c = 0; c < 3; c++)
                flat[(3 * i) + c] = ((rgba[(4 * i) + c] * alpha) + (255 * (255 - alpha)) + 127) / 255;
        }

        return new Drawing(Halve(flat));
    }

    /// <summary>The drawing as a PNG file.</summary>
    public byte[] ToPng()
    {
        using SKBitmap bitmap = new(new SKImageInfo(Size, Size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Span<byte> rgba = bitmap.GetPixelSpan();
        for (int i = 0; i < Size * Size; i++)
        {
            Pixels.AsSpan(3 * i, 3).CopyTo(rgba[(4 * i)..]);
            rgba[(4 * i) + 3] = 255;
        }

        using SKPixmap pixmap = bitmap.PeekPixels()!;
        using SKData data = pixmap.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, 9))!;
        return data.ToArray();
    }

    private static SKBitmap? Decode(string file)
    {
        using SKCodec? codec = SKCodec.Create(file);
        return codec is null
            ? null
            : SKBitmap.Decode(codec, new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
    }

    private static byte[] Halve(int[] flat)
    {
        int[] rows = new int[SourceSize * Size * 3];
        for (int y = 0; y < SourceSize; y++)
        {
            for (int x = 0; x < Size; x++)
            {
                for (int c = 0; c < 3; c++)
                    rows[(((y * Size) + x) * 3) + c] = Tap(x, s => flat[(((y * SourceSize) + s) * 3) + c]);
            }
        }

        byte[] pixels = new byte[Size * Size * 3];
        for (int y = 0; y < Size; y++)
        {
            for (int i = 0; i < Size * 3; i++)
                pixels[(y * Size * 3) + i] = (byte)Math.Clamp((Tap(y, s => rows[(s * Size * 3) + i]) + 32768) >> 16, 0, 255);
        }

        return pixels;
    }

    private static int Tap(int at, Func<int, int> source)
    {
        int sum = 0;
        for (int k = 0; k < Taps.Length; k++)
            sum += Taps[k] * source(Math.Clamp((2 * at) + k - 3, 0, SourceSize - 1));
        return sum;
    }
}

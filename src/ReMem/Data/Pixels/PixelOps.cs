using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ReMem.Data.Pixels;

/// <summary>
/// The pixel-wise operations of the augmentation policies, in place on interleaved RGB, with PIL's arithmetic (ImageOps and ImageEnhance),
/// to the bit.
/// </summary>
internal static class PixelOps
{
    private const int Levels = 256;

    // An index past the vector gives zero.
    private const byte N = 0xFF;

    /// <summary>Stretches each channel to 0 to 255.</summary>
    public static void AutoContrast(Span<byte> pixels)
    {
        Span<int> counts = stackalloc int[Levels];
        Span<byte> table = stackalloc byte[Levels];
        for (int channel = 0; channel < 3; channel++)
        {
            Count(pixels, channel, counts);
            int low = counts.IndexOfAnyExcept(0), high = counts.LastIndexOfAnyExcept(0);
            if (high <= low)
                continue;
            double scale = 255.0 / (high - low), offset = -low * scale;
            for (int i = 0; i < Levels; i++)
                table[i] = (byte)Math.Clamp((int)((i * scale) + offset), 0, 255);
            Apply(pixels, channel, table);
        }
    }

    /// <summary>Makes each channel's histogram flat.</summary>
    public static void Equalize(Span<byte> pixels)
    {
        Span<int> counts = stackalloc int[Levels];
        Span<byte> table = stackalloc byte[Levels];
        for (int channel = 0; channel < 3; channel++)
        {
            Count(pixels, channel, counts);
            int last = counts[counts.LastIndexOfAnyExcept(0)];
            int step = ((pixels.Length / 3) - last) / 255;
            if (step == 0)
                continue;
            int sum = step / 2;
            for (int i = 0; i < Levels; i++)
            {
                table[i] = (byte)Math.Min(255, sum / step);
                sum += counts[i];
            }

            Apply(pixels, channel, table);
        }
    }

    /// <summary>Inverts every value from the threshold on.</summary>
    /// <param name="pixels">Changed in place.</param>
    /// <param name="threshold">0 inverts all, 256 nothing.</param>
    public static void Solarize(Span<byte> pixels, int threshold)
    {
        foreach (ref byte value in pixels)
            value = value < threshold ? value : (byte)(255 - value);
    }

    /// <summary>Adds to every value below 128.</summary>
    public static void SolarizeAdd(Span<byte> pixels, int add)
    {
        foreach (ref byte value in pixels)
            value = value < 128 ? (byte)Math.Min(255, value + add) : value;
    }

    /// <summary>Keeps the highest bits, 0 to 8, of every value.</summary>
    public static void Posterize(Span<byte> pixels, int bits)
    {
        byte mask = (byte)(0xFF << (8 - bits));
        foreach (ref byte value in pixels)
            value &= mask;
    }

    /// <summary>Sets every channel to the luma.</summary>
    public static void Grayscale(Span<byte> pixels)
    {
        for (int i = 0; i < pixels.Length; i += 3)
            pixels[i] = pixels[i + 1] = pixels[i + 2] = Luma(pixels, i);
    }

    /// <summary>Saturation by a factor: 0 is grey, 1 changes nothing.</summary>
    public static void Color(Span<byte> pixels, float factor)
    {
        for (int i = 0; i < pixels.Length; i += 3)
        {
            byte grey = Luma(pixels, i);
            for (int c = 0; c < 3; c++)
                pixels[i + c] = Blend(grey, pixels[i + c], factor);
        }
    }

    /// <summary>Contrast about the mean luma by a factor.</summary>
    public static void Contrast(Span<byte> pixels, float factor)
    {
        long sum = 0;
        for (int i = 0; i < pixels.Length; i += 3)
            sum += Luma(pixels, i);
        byte mean = (byte)(((double)sum / (pixels.Length / 3)) + 0.5);
        foreach (ref byte value in pixels)
            value = Blend(mean, value, factor);
    }

    /// <summary>Brightness by a factor.</summary>
    public static void Brightness(Span<byte> pixels, float factor)
    {
        foreach (ref byte value in pixels)
            value = Blend(0, value, factor);
    }

    /// <summary>
    /// Sharpness by a factor: 0 is smoothed by a 3 x 3 kernel (its border is left), 1 changes nothing, 2 sharpens by as much.
    /// </summary>
    public static void Sharpness(Span<byte> pixels, int width, float factor)
    {
        int stride = width * 3, rows = pixels.Length / stride;
        byte[] rented = ArrayPool<byte>.Shared.Rent(pixels.Length);
        Span<byte> copy = rented.AsSpan(0, pixels.Length);
        pixels.CopyTo(copy);
        for (int y = 1; y < rows - 1; y++)
        {
            Span<byte> above = copy.Slice((y - 1) * stride, stride), row = copy.Slice(y * stride, stride),
                below = copy.Slice((y + 1) * stride, stride);
            Span<byte> into = pixels.Slice(y * stride, stride);
            for (int i = 3; i < stride - 3; i++)
            {
                int sum = above[i - 3] + above[i] + above[i + 3] + row[i - 3] + (5 * row[i]) + row[i + 3] + below[i - 3] + below[i]
                    + below[i + 3];
                into[i] = Blend((byte)(((2 * sum) + 13) / 26), row[i], factor);
            }
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Interleaved pixels to one plane per channel, red first, as in tensors.</summary>
    /// <param name="pixels">Interleaved red, green and blue.</param>
    /// <param name="planes">Receives the planes, of the same length.</param>
    public static void Planes(ReadOnlySpan<byte> pixels, Span<byte> planes)
    {
        int plane = pixels.Length / 3, i = 0;
        Span<byte> red = planes[..plane], green = planes.Slice(plane, plane), blue = planes.Slice(2 * plane, plane);
        for (; Vector128.IsHardwareAccelerated && i <= plane - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            ReadOnlySpan<byte> at = pixels.Slice(3 * i, 3 * Vector128<byte>.Count);
            Vector128<byte> a = Vector128.Create(at), b = Vector128.Create(at[16..]), c = Vector128.Create(at[32..]);
            Plane(
                a, Vector128.Create((byte)0, 3, 6, 9, 12, 15, N, N, N, N, N, N, N, N, N, N),
                b, Vector128.Create(N, N, N, N, N, N, 2, 5, 8, 11, 14, N, N, N, N, N),
                c, Vector128.Create(N, N, N, N, N, N, N, N, N, N, N, 1, 4, 7, 10, 13), red[i..]);
            Plane(
                a, Vector128.Create((byte)1, 4, 7, 10, 13, N, N, N, N, N, N, N, N, N, N, N),
                b, Vector128.Create(N, N, N, N, N, 0, 3, 6, 9, 12, 15, N, N, N, N, N),
                c, Vector128.Create(N, N, N, N, N, N, N, N, N, N, N, 2, 5, 8, 11, 14), green[i..]);
            Plane(
                a, Vector128.Create((byte)2, 5, 8, 11, 14, N, N, N, N, N, N, N, N, N, N, N),
                b, Vector128.Create(N, N, N, N, N, 1, 4, 7, 10, 13, N, N, N, N, N, N),
                c, Vector128.Create(N, N, N, N, N, N, N, N, N, N, 0, 3, 6, 9, 12, 15), blue[i..]);
        }

        for (; i < plane; i++)
            (red[i], green[i], blue[i]) = (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]);
    }

    /// <summary>One channel of sixteen pixels, whose bytes the three patterns pick from the three vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Plane(
        Vector128<byte> a, Vector128<byte> fromA, Vector128<byte> b, Vector128<byte> fromB, Vector128<byte> c, Vector128<byte> fromC,
        Span<byte> into) =>
        (Vector128.Shuffle(a, fromA) | Vector128.Shuffle(b, fromB) | Vector128.Shuffle(c, fromC)).CopyTo(into);

    /// <summary>PIL's blend: truncated, not rounded.</summary>
    private static byte Blend(byte degenerate, byte value, float factor)
    {
        float mixed = degenerate + (factor * (value - degenerate));
        return mixed <= 0 ? (byte)0 : mixed >= 255 ? (byte)255 : (byte)mixed;
    }

    private static byte Luma(ReadOnlySpan<byte> pixels, int at) =>
        (byte)(((pixels[at] * 19595) + (pixels[at + 1] * 38470) + (pixels[at + 2] * 7471) + 0x8000) >> 16);

    private static void Count(ReadOnlySpan<byte> pixels, int channel, Span<int> counts)
    {
        counts.Clear();
        for (int i = channel; i < pixels.Length; i += 3)
            counts[pixels[i]]++;
    }

    private static void Apply(Span<byte> pixels, int channel, ReadOnlySpan<byte> table)
    {
        for (int i = channel; i < pixels.Length; i += 3)
            pixels[i] = table[pixels[i]];
    }
}

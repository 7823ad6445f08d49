using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ReMem.Data;

/// <summary>How pixels are interpolated. All but <see cref="Nearest"/> widen with the reduction, so that nothing aliases.</summary>
public enum Interpolation
{
    /// <summary>The nearest pixel; aliases.</summary>
    Nearest,

    /// <summary>A triangle of support 1.</summary>
    Bilinear,

    /// <summary>Keys' cubic with a = -0.5, support 2.</summary>
    Bicubic,

    /// <summary>A windowed sinc of support 3.</summary>
    Lanczos,
}

/// <summary>A rectangle of pixels.</summary>
/// <param name="X">Left column.</param>
/// <param name="Y">Top row.</param>
/// <param name="Width">Columns, 1 or more.</param>
/// <param name="Height">Rows, 1 or more.</param>
public readonly record struct PixelBox(int X, int Y, int Width, int Height);

/// <summary>
/// PIL's resize, to the bit: antialiased, separable, horizontal before vertical, coefficients in 22-bit fixed point, rounded to 8 bits after
/// each pass. Published weights were trained on such pixels; another resize costs accuracy silently.
/// </summary>
public static class Resampler
{
    private const int PrecisionBits = ResampleAxis.PrecisionBits;

    [ThreadStatic]
    private static ResampleAxis? _columns;

    [ThreadStatic]
    private static ResampleAxis? _rows;

    /// <summary>Resizes an image.</summary>
    /// <param name="image">The source.</param>
    /// <param name="width">Columns of the result, 1 or more.</param>
    /// <param name="height">Rows of the result, 1 or more.</param>
    /// <param name="interpolation">The filter.</param>
    /// <param name="crop">Only this part of the source, as if it had been cut out first; null is all of it.</param>
    public static RgbImage Resize(RgbImage image, int width, int height, Interpolation interpolation, PixelBox? crop = null) =>
        Resize(image, width, height, interpolation, crop ?? new PixelBox(0, 0, image.Width, image.Height), 0, 0, width, height);

    /// <summary>
    /// The part of a resized image that starts at (<paramref name="left"/>, <paramref name="top"/>), without computing the rest: an image of
    /// 1 x 10000 pixels must not become a gigabyte on its way to a centre crop.
    /// </summary>
    internal static RgbImage Resize(
        RgbImage image, long fullWidth, long fullHeight, Interpolation interpolation, PixelBox crop, long left, long top, int width, int height,
        byte[]? into = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (crop.X < 0 || crop.Y < 0 || crop.Width < 1 || crop.Height < 1 || crop.X + crop.Width > image.Width || crop.Y + crop.Height > image.Height)
            throw new ArgumentOutOfRangeException(nameof(crop), crop, $"The crop leaves the image of {image.Width} x {image.Height}.");

        ResampleAxis columns = _columns ??= new ResampleAxis(), rows = _rows ??= new ResampleAxis();
        columns.Fill(crop.Width, fullWidth, left, width, interpolation);
        rows.Fill(crop.Height, fullHeight, top, height, interpolation);
        int stride = image.Width * 3;
        int firstRow = rows.First, rowCount = rows.End - rows.First;
        ReadOnlySpan<byte> source = image.Pixels.AsSpan(((crop.Y + firstRow) * stride) + (crop.X * 3));
        byte[] result = into ?? new byte[width * height * 3];
        if (rows.IsCopy)
        {
            Horizontal(source, stride, rowCount, columns, result);
            return new RgbImage(width, height, result);
        }

        byte[] between = ArrayPool<byte>.Shared.Rent(width * rowCount * 3);
        Horizontal(source, stride, rowCount, columns, between);
        Vertical(between, width * 3, rows, result);
        ArrayPool<byte>.Shared.Return(between);
        return new RgbImage(width, height, result);
    }

    private static void Horizontal(ReadOnlySpan<byte> source, int stride, int rowCount, ResampleAxis columns, Span<byte> target)
    {
        int width = columns.Count;
        for (int y = 0; y < rowCount; y++)
        {
            ReadOnlySpan<byte> row = source[(y * stride)..];
            Span<byte> into = target.Slice(y * width * 3, width * 3);
            if (columns.IsCopy)
            {
                row.Slice(columns.First * 3, width * 3).CopyTo(into);
                continue;
            }

            for (int x = 0; x < width; x++)
            {
                ReadOnlySpan<int> weights = columns.Weights(x);
                int at = columns.Start(x) * 3, end = at + (weights.Length * 3);
                // Four bytes are read for three channels, which the image's very last pixel does not have.
                (into[x * 3], into[(x * 3) + 1], into[(x * 3) + 2]) =
                    Vector128.IsHardwareAccelerated && end < row.Length ? Weighted(row[at..(end + 1)], weights) : WeightedSlowly(row[at..end], weights);
            }
        }
    }

    /// <summary>Pixels times weights, all channels at once.</summary>
    /// <param name="pixels">One byte more than the pixels.</param>
    /// <param name="weights">One a pixel.</param>
    private static (byte R, byte G, byte B) Weighted(ReadOnlySpan<byte> pixels, ReadOnlySpan<int> weights)
    {
        ref byte first = ref MemoryMarshal.GetReference(pixels);
        Vector128<int> sum = Vector128.Create(1 << (PrecisionBits - 1));
        for (int k = 0; k < weights.Length; k++)
        {
            Vector128<byte> pixel = Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, 3 * k))).AsByte();
            sum += Vector128.WidenLower(Vector128.WidenLower(pixel)).AsInt32() * Vector128.Create(weights[k]);
        }

        sum = Vector128.Min(Vector128.Max(sum >> PrecisionBits, Vector128<int>.Zero), Vector128.Create(255));
        return ((byte)sum[0], (byte)sum[1], (byte)sum[2]);
    }

    private static (byte R, byte G, byte B) WeightedSlowly(ReadOnlySpan<byte> pixels, ReadOnlySpan<int> weights)
    {
        int r = 1 << (PrecisionBits - 1), g = r, b = r;
        for (int k = 0, p = 0; k < weights.Length && p + 2 < pixels.Length; k++, p += 3)
        {
            int weight = weights[k];
            r += pixels[p] * weight;
            g += pixels[p + 1] * weight;
            b += pixels[p + 2] * weight;
        }

        return (Clip(r), Clip(g), Clip(b));
    }

    private static void Vertical(ReadOnlySpan<byte> source, int rowBytes, ResampleAxis rows, Span<byte> target)
    {
        for (int y = 0; y < rows.Count; y++)
        {
            ReadOnlySpan<int> weights = rows.Weights(y);
            ReadOnlySpan<byte> column = source[((rows.Start(y) - rows.First) * rowBytes)..];
            Span<byte> into = target.Slice(y * rowBytes, rowBytes);
            int i = 0;
            for (; Vector.IsHardwareAccelerated && i <= rowBytes - Vector<byte>.Count; i += Vector<byte>.Count)
                WeightedColumns(column[i..], rowBytes, weights, into[i..]);
            for (; i < rowBytes; i++)
            {
                int sum = 1 << (PrecisionBits - 1);
                for (int k = 0; k < weights.Length; k++)
                    sum += column[(k * rowBytes) + i] * weights[k];
                into[i] = Clip(sum);
            }
        }
    }

    /// <summary>A vector's worth of bytes of rows that lie below each other, times a weight a row.</summary>
    private static void WeightedColumns(ReadOnlySpan<byte> source, int rowBytes, ReadOnlySpan<int> weights, Span<byte> into)
    {
        Vector<int> a = new(1 << (PrecisionBits - 1)), b = a, c = a, d = a;
        for (int k = 0; k < weights.Length; k++)
        {
            var weight = new Vector<int>(weights[k]);
            Vector.Widen(new Vector<byte>(source[(k * rowBytes)..]), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> first, out Vector<uint> second);
            Vector.Widen(high, out Vector<uint> third, out Vector<uint> fourth);
            a += Vector.AsVectorInt32(first) * weight;
            b += Vector.AsVectorInt32(second) * weight;
            c += Vector.AsVectorInt32(third) * weight;
            d += Vector.AsVectorInt32(fourth) * weight;
        }

        Vector.Narrow(Vector.Narrow(Clip(a), Clip(b)), Vector.Narrow(Clip(c), Clip(d))).CopyTo(into);
    }

    private static Vector<uint> Clip(Vector<int> sum) =>
        Vector.AsVectorUInt32(Vector.Min(Vector.Max(Vector.ShiftRightArithmetic(sum, PrecisionBits), Vector<int>.Zero), new Vector<int>(255)));

    /// <summary>Adds a row times a weight to sums.</summary>
    internal static void AddScaled(ReadOnlySpan<byte> source, int weight, Span<int> sum)
    {
        int i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            int lane = Vector<int>.Count;
            var scale = new Vector<int>(weight);
            for (; i <= source.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            {
                Vector.Widen(new Vector<byte>(source[i..]), out Vector<ushort> low, out Vector<ushort> high);
                Vector.Widen(low, out Vector<uint> a, out Vector<uint> b);
                Vector.Widen(high, out Vector<uint> c, out Vector<uint> d);
                Span<Vector<int>> sums = MemoryMarshal.Cast<int, Vector<int>>(sum.Slice(i, 4 * lane));
                sums[0] += Vector.AsVectorInt32(a) * scale;
                sums[1] += Vector.AsVectorInt32(b) * scale;
                sums[2] += Vector.AsVectorInt32(c) * scale;
                sums[3] += Vector.AsVectorInt32(d) * scale;
            }
        }

        for (; i < source.Length; i++)
            sum[i] += source[i] * weight;
    }

    private static byte Clip(int sum)
    {
        int value = sum >> PrecisionBits;
        return (byte)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

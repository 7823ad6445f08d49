using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

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
    private const int PrecisionBits = 22;

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
        RgbImage image, long fullWidth, long fullHeight, Interpolation interpolation, PixelBox crop, long left, long top, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (crop.X < 0 || crop.Y < 0 || crop.Width < 1 || crop.Height < 1 || crop.X + crop.Width > image.Width || crop.Y + crop.Height > image.Height)
            throw new ArgumentOutOfRangeException(nameof(crop), crop, $"The crop leaves the image of {image.Width} x {image.Height}.");

        Axis columns = Axis.Create(crop.Width, fullWidth, left, width, interpolation);
        Axis rows = Axis.Create(crop.Height, fullHeight, top, height, interpolation);
        int stride = image.Width * 3;
        int firstRow = rows.First, rowCount = rows.End - rows.First;
        ReadOnlySpan<byte> source = image.Pixels.AsSpan(((crop.Y + firstRow) * stride) + (crop.X * 3));
        var result = new byte[width * height * 3];
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

    private static void Horizontal(ReadOnlySpan<byte> source, int stride, int rowCount, Axis columns, Span<byte> target)
    {
        int width = columns.Starts.Length;
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
                ReadOnlySpan<byte> pixels = row.Slice(columns.Starts[x] * 3, weights.Length * 3);
                int r = 1 << (PrecisionBits - 1), g = r, b = r;
                for (int k = 0, p = 0; k < weights.Length && p + 2 < pixels.Length; k++, p += 3)
                {
                    int weight = weights[k];
                    r += pixels[p] * weight;
                    g += pixels[p + 1] * weight;
                    b += pixels[p + 2] * weight;
                }

                into[(x * 3) + 2] = Clip(b);
                into[(x * 3) + 1] = Clip(g);
                into[x * 3] = Clip(r);
            }
        }
    }

    private static void Vertical(ReadOnlySpan<byte> source, int rowBytes, Axis rows, Span<byte> target)
    {
        int[] sums = ArrayPool<int>.Shared.Rent(rowBytes);
        Span<int> sum = sums.AsSpan(0, rowBytes);
        for (int y = 0; y < rows.Starts.Length; y++)
        {
            sum.Fill(1 << (PrecisionBits - 1));
            ReadOnlySpan<int> weights = rows.Weights(y);
            for (int k = 0; k < weights.Length; k++)
                AddScaled(source.Slice((rows.Starts[y] - rows.First + k) * rowBytes, rowBytes), weights[k], sum);
            Span<byte> into = target.Slice(y * rowBytes, rowBytes);
            for (int i = 0; i < into.Length; i++)
                into[i] = Clip(sum[i]);
        }

        ArrayPool<int>.Shared.Return(sums);
    }

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

    /// <summary>Per output position of one direction: the first source position and the fixed-point weights from there on.</summary>
    private sealed class Axis
    {
        private readonly int[] _weights;
        private readonly int[] _counts;
        private readonly int _stride;

        private Axis(int count, int stride)
        {
            Starts = new int[count];
            _counts = new int[count];
            _weights = new int[count * stride];
            _stride = stride;
        }

        public int[] Starts { get; }

        /// <summary>The result is the source itself: PIL skips that pass.</summary>
        public bool IsCopy { get; private init; }

        public int First => Starts[0];

        public int End => Starts[^1] + _counts[^1];

        public ReadOnlySpan<int> Weights(int position) => _weights.AsSpan(position * _stride, _counts[position]);

        public static Axis Create(int inSize, long outSize, long outStart, int count, Interpolation interpolation)
        {
            double scale = inSize / (double)outSize;
            if (interpolation == Interpolation.Nearest || inSize == outSize)
            {
                var copy = new Axis(count, 1) { IsCopy = inSize == outSize };
                for (int i = 0; i < count; i++)
                {
                    copy.Starts[i] = Math.Min(inSize - 1, (int)((outStart + i + 0.5) * scale));
                    copy._weights[i] = 1 << PrecisionBits;
                    copy._counts[i] = 1;
                }

                return copy;
            }

            double filterScale = Math.Max(scale, 1);
            double support = filterScale * interpolation switch { Interpolation.Bilinear => 1, Interpolation.Bicubic => 2, _ => 3 };
            int stride = ((int)Math.Ceiling(support) * 2) + 1;
            var axis = new Axis(count, stride);
            Span<double> raw = stride <= 512 ? stackalloc double[stride] : new double[stride];
            for (int i = 0; i < count; i++)
            {
                double center = (outStart + i + 0.5) * scale;
                int from = Math.Max(0, (int)(center - support + 0.5));
                int taps = Math.Min(inSize, (int)(center + support + 0.5)) - from;
                double total = 0;
                for (int k = 0; k < taps; k++)
                    total += raw[k] = Filter(interpolation, (k + from - center + 0.5) / filterScale);
                for (int k = 0; k < taps; k++)
                {
                    double weight = (total == 0 ? raw[k] : raw[k] / total) * (1 << PrecisionBits);
                    axis._weights[(i * stride) + k] = (int)(weight < 0 ? weight - 0.5 : weight + 0.5);
                }

                axis.Starts[i] = from;
                axis._counts[i] = taps;
            }

            return axis;
        }

        private static double Filter(Interpolation interpolation, double x)
        {
            const double a = -0.5;
            x = Math.Abs(x);
            return interpolation switch
            {
                Interpolation.Bilinear => x < 1 ? 1 - x : 0,
                Interpolation.Bicubic when x < 1 => ((((a + 2) * x) - (a + 3)) * x * x) + 1,
                Interpolation.Bicubic => x < 2 ? ((((x - 5) * x) + 8) * x - 4) * a : 0,
                _ => x < 3 ? Sinc(x) * Sinc(x / 3) : 0,
            };
        }

        private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
    }
}

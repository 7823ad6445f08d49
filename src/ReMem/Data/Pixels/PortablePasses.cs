using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ReMem.Data.Pixels;

/// <summary>
/// The two passes of a resize on any processor; on x86 with AVX2, <see cref="VectorPasses"/> does the same several times faster.
/// </summary>
internal static class PortablePasses
{
    private const int PrecisionBits = ResampleAxis.PrecisionBits;

    /// <summary>Resizes horizontally.</summary>
    /// <param name="source">Rows of interleaved RGB, the first pixel first.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="rowCount">Rows.</param>
    /// <param name="columns">The horizontal weights.</param>
    /// <param name="target">Receives the rows.</param>
    /// <param name="pitch">Bytes from one row of the target to the next.</param>
    public static void Horizontal(ReadOnlySpan<byte> source, int stride, int rowCount, ResampleAxis columns, Span<byte> target, int pitch)
    {
        int width = columns.Count;
        for (int y = 0; y < rowCount; y++)
        {
            ReadOnlySpan<byte> row = source[(y * stride)..];
            Span<byte> into = target.Slice(y * pitch, width * 3);
            for (int x = 0; x < width; x++)
            {
                ReadOnlySpan<int> weights = columns.Weights(x);
                int at = columns.Start(x) * 3, end = at + (weights.Length * 3);
                // Four bytes are read for three channels; the image's last pixel has only three.
                (into[x * 3], into[(x * 3) + 1], into[(x * 3) + 2]) =
                    Vector128.IsHardwareAccelerated && end < row.Length
                        ? Weighted(row[at..(end + 1)], weights)
                        : WeightedSlowly(row[at..end], weights);
            }
        }
    }

    /// <summary>Resizes vertically.</summary>
    /// <param name="source">Rows, starting with the first that is needed.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="rows">The vertical weights.</param>
    /// <param name="target">Receives the rows, without gaps.</param>
    /// <param name="rowBytes">Bytes per row of the result.</param>
    public static void Vertical(ReadOnlySpan<byte> source, int stride, ResampleAxis rows, Span<byte> target, int rowBytes)
    {
        for (int y = 0; y < rows.Count; y++)
        {
            ReadOnlySpan<int> weights = rows.Weights(y);
            ReadOnlySpan<byte> column = source[((rows.Start(y) - rows.First) * stride)..];
            Span<byte> into = target.Slice(y * rowBytes, rowBytes);
            int i = 0;
            for (; Vector.IsHardwareAccelerated && i <= rowBytes - Vector<byte>.Count; i += Vector<byte>.Count)
                WeightedColumns(column[i..], stride, weights, into[i..]);
            for (; i < rowBytes; i++)
            {
                int sum = 1 << (PrecisionBits - 1);
                for (int k = 0; k < weights.Length; k++)
                    sum += column[(k * stride) + i] * weights[k];
                into[i] = Clip(sum);
            }
        }
    }

    /// <summary>Pixels times weights, all channels at once.</summary>
    /// <param name="pixels">The pixels, and one byte more.</param>
    /// <param name="weights">One per pixel.</param>
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

    /// <summary>A vector of bytes of consecutive rows, times a weight per row.</summary>
    private static void WeightedColumns(ReadOnlySpan<byte> source, int stride, ReadOnlySpan<int> weights, Span<byte> into)
    {
        Vector<int> a = new(1 << (PrecisionBits - 1)), b = a, c = a, d = a;
        for (int k = 0; k < weights.Length; k++)
        {
            var weight = new Vector<int>(weights[k]);
            Vector.Widen(new Vector<byte>(source[(k * stride)..]), out Vector<ushort> low, out Vector<ushort> high);
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
        Vector.AsVectorUInt32(Vector.Min(Vector.Max(Vector.ShiftRightArithmetic(sum, PrecisionBits), Vector<int>.Zero),
            new Vector<int>(255)));

    private static byte Clip(int sum)
    {
        int value = sum >> PrecisionBits;
        return (byte)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

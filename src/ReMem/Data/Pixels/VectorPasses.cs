using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ReMem.Data.Pixels;

/// <summary>
/// <see cref="PortablePasses"/> with AVX2, to the bit. The weights' 22 bits after the point do not fit the 16-bit multiplications that
/// processors do fastest, so that every product is the sum of two exact ones, with the low and the high half of the weight.
/// </summary>
internal static unsafe class VectorPasses
{
    /// <summary>Rows with fewer bytes than a vector are not supported.</summary>
    public const int MinRowBytes = 32;

    private const int PixelsAtOnce = 4;
    private const int QuadBytes = 12;
    private const int ReadBytes = 16;
    private const int Half = 1 << (ResampleAxis.PrecisionBits - 1);

    /// <summary>Whether the processor has AVX2.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <inheritdoc cref="PortablePasses.Horizontal"/>
    /// <remarks>Two rows at a time. Up to 16 bytes after a row are overwritten, which the pitch has to allow for.</remarks>
    public static void Horizontal(
        ReadOnlySpan<byte> source, int stride, int rowCount, ResampleAxis columns, Span<byte> target, int pitch, ViewScratch scratch)
    {
        columns.FillPairs();
        int width = columns.Count, quads = columns.Quads, reach = 0;
        ReadOnlySpan<int> starts = columns.Starts;
        foreach (int start in starts)
            reach = Math.Max(reach, (start * 3) + ((quads - 1) * QuadBytes) + ReadBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, rowCount * pitch, nameof(target));
        fixed (byte* first = source, spare = scratch.Ends(2 * reach), into = target)
        fixed (int* pairs = columns.Pairs, start = starts)
        {
            for (int y = 0; y < rowCount; y += 2)
            {
                int next = Math.Min(y + 1, rowCount - 1);
                byte* above = Whole(source, y * stride, first, reach, spare), below = Whole(source, next * stride, first, reach,
                    spare + reach);
                byte* intoAbove = into + (y * pitch), intoBelow = into + (next * pitch);
                for (int x = 0; x < width; x += PixelsAtOnce)
                {
                    int b = Math.Min(x + 1, width - 1), c = Math.Min(x + 2, width - 1), d = Math.Min(x + 3, width - 1);
                    Vector256<short> left = Avx2.PackSignedSaturate(
                        Sum(above + (start[x] * 3), below + (start[x] * 3), pairs + (x * quads * 4), quads),
                        Sum(above + (start[b] * 3), below + (start[b] * 3), pairs + (b * quads * 4), quads));
                    Vector256<short> right = Avx2.PackSignedSaturate(
                        Sum(above + (start[c] * 3), below + (start[c] * 3), pairs + (c * quads * 4), quads),
                        Sum(above + (start[d] * 3), below + (start[d] * 3), pairs + (d * quads * 4), quads));
                    Vector256<byte> pixels = Avx2.Shuffle(Avx2.PackUnsignedSaturate(left, right), ThreeOfFour);
                    pixels.GetLower().Store(intoAbove + (x * 3));
                    pixels.GetUpper().Store(intoBelow + (x * 3));
                }
            }
        }
    }

    /// <inheritdoc cref="PortablePasses.Vertical"/>
    public static void Vertical(ReadOnlySpan<byte> source, int stride, ResampleAxis rows, Span<byte> target, int rowBytes)
    {
        rows.FillPairs();
        ArgumentOutOfRangeException.ThrowIfLessThan(rowBytes, MinRowBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, rows.Count * rowBytes, nameof(target));
        ArgumentOutOfRangeException.ThrowIfLessThan(source.Length, ((rows.End - rows.First - 1) * stride) + rowBytes, nameof(source));
        fixed (byte* first = source, into = target)
        fixed (int* pairs = rows.Pairs)
        {
            for (int y = 0; y < rows.Count; y++)
            {
                byte* top = first + ((long)(rows.Start(y) - rows.First) * stride), row = into + (y * rowBytes);
                int* weights = pairs + (y * rows.Quads * 4);
                int taps = rows.Weights(y).Length;
                // The last vector overlaps the one before it.
                for (int i = 0; i < rowBytes; i += MinRowBytes)
                {
                    int at = Math.Min(i, rowBytes - MinRowBytes);
                    Column(top + at, stride, weights, taps).Store(row + at);
                }
            }
        }
    }

    /// <summary>A row from which whole vectors can be read: itself, or a copy where it is too close to the image's end.</summary>
    private static byte* Whole(ReadOnlySpan<byte> source, int at, byte* first, int reach, byte* spare)
    {
        if (at + reach <= source.Length)
            return first + at;
        source[at..].CopyTo(new Span<byte>(spare, reach));
        return spare;
    }

    /// <summary>A pixel of two rows, each as four numbers of which the last is unused.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Sum(byte* above, byte* below, int* pairs, int quads)
    {
        Vector256<int> low = Vector256.Create(Half), high = Vector256<int>.Zero;
        for (int q = 0; q < quads; q++, above += QuadBytes, below += QuadBytes, pairs += 4)
        {
            var pixels = Vector256.Create(Vector128.Load(above), Vector128.Load(below));
            Vector256<short> two = Avx2.Shuffle(pixels, FirstTwo).AsInt16(), more = Avx2.Shuffle(pixels, LastTwo).AsInt16();
            low += Products(two, pairs[0]) + Products(more, pairs[1]);
            high += Products(two, pairs[2]) + Products(more, pairs[3]);
        }

        return Whole(low, high);
    }

    /// <summary>32 bytes of consecutive rows, times a weight per row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Column(byte* top, int stride, int* pairs, int taps)
    {
        Vector256<int> low0 = Vector256.Create(Half), low1 = low0, low2 = low0, low3 = low0;
        Vector256<int> high0 = Vector256<int>.Zero, high1 = high0, high2 = high0, high3 = high0;
        for (int k = 0; k < taps; k += 2, top += 2 * (nint)stride)
        {
            int low = pairs[(k & ~3) + ((k >> 1) & 1)], high = pairs[(k & ~3) + ((k >> 1) & 1) + 2];
            // An odd last row is paired with itself; the weight of the copy is zero.
            Vector256<byte> one = Vector256.Load(top), two = k + 1 < taps ? Vector256.Load(top + stride) : one;
            Vector256<byte> left = Avx2.UnpackLow(one, two), right = Avx2.UnpackHigh(one, two);
            Vector256<short> a = Avx2.UnpackLow(left, Vector256<byte>.Zero).AsInt16(),
                b = Avx2.UnpackHigh(left, Vector256<byte>.Zero).AsInt16();
            Vector256<short> c = Avx2.UnpackLow(right, Vector256<byte>.Zero).AsInt16(),
                d = Avx2.UnpackHigh(right, Vector256<byte>.Zero).AsInt16();
            low0 += Products(a, low);
            low1 += Products(b, low);
            low2 += Products(c, low);
            low3 += Products(d, low);
            high0 += Products(a, high);
            high1 += Products(b, high);
            high2 += Products(c, high);
            high3 += Products(d, high);
        }

        return Avx2.PackUnsignedSaturate(
            Avx2.PackSignedSaturate(Whole(low0, high0), Whole(low1, high1)), Avx2.PackSignedSaturate(Whole(low2, high2),
                Whole(low3, high3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Products(Vector256<short> values, int pair) =>
        Avx2.MultiplyAddAdjacent(values, Vector256.Create(pair).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Whole(Vector256<int> low, Vector256<int> high) =>
        ((high << ResampleAxis.LowBits) + low) >> ResampleAxis.PrecisionBits;

    private static Vector256<byte> FirstTwo => Twice(Vector128.Create((byte)0, Z, 3, Z, 1, Z, 4, Z, 2, Z, 5, Z, Z, Z, Z, Z));

    private static Vector256<byte> LastTwo => Twice(Vector128.Create((byte)6, Z, 9, Z, 7, Z, 10, Z, 8, Z, 11, Z, Z, Z, Z, Z));

    private static Vector256<byte> ThreeOfFour => Twice(Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, Z, Z, Z, Z));

    private const byte Z = 0x80;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Twice(Vector128<byte> half) => Vector256.Create(half, half);
}

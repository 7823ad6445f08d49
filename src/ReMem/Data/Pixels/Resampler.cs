using System.Numerics;
using System.Runtime.InteropServices;

namespace ReMem.Data.Pixels;

/// <summary>
/// PIL's resize, to the bit: antialiased, separable, horizontal before vertical, coefficients in 22-bit fixed point, rounded to 8 bits
/// after each pass. Published weights were trained on such pixels; another resize silently costs accuracy.
/// </summary>
internal static class Resampler
{
    // Padding of a row's bytes between the passes, so that whole vectors can be written.
    private const int Slack = 16;

    /// <summary>Resizes an image.</summary>
    /// <param name="image">The source.</param>
    /// <param name="width">Columns of the result, 1 or more.</param>
    /// <param name="height">Rows of the result, 1 or more.</param>
    /// <param name="interpolation">The filter.</param>
    /// <param name="crop">Only this part of the source, as if it had been cut out first; null is all of it.</param>
    public static RgbImage Resize(RgbImage image, int width, int height, Interpolation interpolation, PixelBox? crop = null) =>
        Resize(image, width, height, interpolation, crop ?? new PixelBox(0, 0, image.Width, image.Height), 0, 0, width, height);

    /// <summary>
    /// The part of a resized image that starts at (<paramref name="left"/>, <paramref name="top"/>), without computing the rest: an image
    /// of 1 x 10000 pixels must not need a gigabyte for a centre crop.
    /// </summary>
    internal static RgbImage Resize(
        RgbImage image, long fullWidth, long fullHeight, Interpolation interpolation, PixelBox crop, long left, long top, int width,
        int height,
        byte[]? into = null, bool mirrored = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (crop.X < 0 || crop.Y < 0 || crop.Width < 1 || crop.Height < 1 || crop.X + crop.Width > image.Width
            || crop.Y + crop.Height > image.Height)
            throw new ArgumentOutOfRangeException(nameof(crop), crop, $"The crop exceeds the image of {image.Width} x {image.Height}.");

        var scratch = ViewScratch.Take();
        ResampleAxis columns = scratch.Columns, rows = scratch.Rows;
        columns.Fill(crop.Width, fullWidth, left, width, interpolation, mirrored);
        rows.Fill(crop.Height, fullHeight, top, height, interpolation);
        int stride = image.Width * 3, rowCount = rows.End - rows.First;
        ReadOnlySpan<byte> source = image.Pixels.AsSpan(((crop.Y + rows.First) * stride) + (crop.X * 3));
        byte[] result = into ?? new byte[width * height * 3];
        if (columns.IsCopy)
        {
            // PIL skips a pass that changes nothing.
            Vertical(source[(columns.First * 3)..], stride, rows, result, width * 3);
        }
        else if (rows.IsCopy)
        {
            Horizontal(source, stride, rowCount, columns, result, width * 3, scratch);
        }
        else
        {
            int pitch = (width * 3) + Slack;
            byte[] between = scratch.Between(checked(pitch * rowCount));
            Horizontal(source, stride, rowCount, columns, between, pitch, scratch);
            Vertical(between, pitch, rows, result, width * 3);
        }

        scratch.GiveBack();
        return new RgbImage(width, height, result);
    }

    private static void Horizontal(
        ReadOnlySpan<byte> source, int stride, int rowCount, ResampleAxis columns, Span<byte> target, int pitch, ViewScratch scratch)
    {
        if (VectorPasses.IsSupported && pitch >= (columns.Count * 3) + Slack)
            VectorPasses.Horizontal(source, stride, rowCount, columns, target, pitch, scratch);
        else
            PortablePasses.Horizontal(source, stride, rowCount, columns, target, pitch);
    }

    private static void Vertical(ReadOnlySpan<byte> source, int stride, ResampleAxis rows, Span<byte> target, int rowBytes)
    {
        if (VectorPasses.IsSupported && rowBytes >= VectorPasses.MinRowBytes)
            VectorPasses.Vertical(source, stride, rows, target, rowBytes);
        else
            PortablePasses.Vertical(source, stride, rows, target, rowBytes);
    }

    /// <summary>Adds a row, times a weight, to the sums.</summary>
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
}

using System.Buffers.Binary;

namespace ReMem.Data.Layouts;

/// <summary>Wraps raw pixels of a data set in the simplest container that an image decoder reads: BMP.</summary>
internal static class RawPixels
{
    private const int HeaderBytes = 54;

    /// <summary>Wraps planes of pixels, top row first.</summary>
    /// <param name="planes">One plane (grey) or three (red, green, blue) of width x height bytes.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public static byte[] FromPlanes(ReadOnlySpan<byte> planes, int width, int height)
    {
        int plane = width * height;
        byte[] bmp = Header(width, height, out int stride);
        int green = planes.Length == plane ? 0 : plane, blue = 2 * green;
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = bmp.AsSpan(HeaderBytes + (y * stride));
            ReadOnlySpan<byte> from = planes[(y * width)..];
            for (int x = 0; x < width; x++)
                (row[3 * x], row[(3 * x) + 1], row[(3 * x) + 2]) = (from[blue + x], from[green + x], from[x]);
        }

        return bmp;
    }

    /// <summary>Wraps interleaved red, green and blue, top row first.</summary>
    public static byte[] FromInterleaved(ReadOnlySpan<byte> pixels, int width, int height)
    {
        byte[] bmp = Header(width, height, out int stride);
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = bmp.AsSpan(HeaderBytes + (y * stride));
            ReadOnlySpan<byte> from = pixels.Slice(y * width * 3, width * 3);
            for (int x = 0; x < from.Length; x += 3)
                (row[x], row[x + 1], row[x + 2]) = (from[x + 2], from[x + 1], from[x]);
        }

        return bmp;
    }

    private static byte[] Header(int width, int height, out int stride)
    {
        stride = ((width * 3) + 3) / 4 * 4;
        var bmp = new byte[HeaderBytes + (stride * height)];
        bmp[0] = (byte)'B';
        bmp[1] = (byte)'M';
        Span<byte> at = bmp;
        BinaryPrimitives.WriteInt32LittleEndian(at[2..], bmp.Length);
        BinaryPrimitives.WriteInt32LittleEndian(at[10..], HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(at[14..], 40);
        BinaryPrimitives.WriteInt32LittleEndian(at[18..], width);
        // A negative height means top row first.
        BinaryPrimitives.WriteInt32LittleEndian(at[22..], -height);
        BinaryPrimitives.WriteInt16LittleEndian(at[26..], 1);
        BinaryPrimitives.WriteInt16LittleEndian(at[28..], 24);
        return bmp;
    }
}

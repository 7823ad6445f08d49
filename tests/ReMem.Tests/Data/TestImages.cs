using System.Buffers.Binary;
using System.IO.Compression;
using ReMem.Data.Pixels;
using ReMem.Runtime;
using SkiaSharp;

namespace ReMem.Tests.Data;

/// <summary>Small encoded images, made here.</summary>
internal static class TestImages
{
    /// <summary>8 x 8, an Adobe CMYK JPEG: cyan on the left, (215, 107, 0) on the right.</summary>
    public static byte[] CmykJpeg { get; } = Convert.FromBase64String(
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYICwwLCgwJ"
            + "CgoK/8AAFAgACAAIBEMRAE0RAFkRAEsR"
        + "AP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEV"
        + "UtHwJDNicoIJChYXGBkaJSYnKCkqNDU2"
        + "Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV"
        + "1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5"
        + "+v/aAA4EQwBNAFkASwAAPwBv/BjH/wA3Rf8Ack/+5+vvz/guh/zS7/uN/wDthTf+D5z/AJtd/wC52/8AcBX7WftI/wDMF/7ef/aVf//Z");

    /// <summary>5 x 4, two frames: the first (250, 10, 20), the second (10, 250, 20).</summary>
    public static byte[] AnimatedGif { get; } = Convert.FromBase64String(
        "R0lGODdhBQAEAIEAAPoKFAAAAAAAAAAAACwAAAAABQAEAAAICQABCBxIsGDBgAAsAAAAAAUABACBCvoUAAAAAAAAAAAACAkAAQgcSLBgwYAAOw==");

    /// <summary>40 x 30, progressive.</summary>
    public static byte[] ProgressiveJpeg { get; } = Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQ"
            + "YEpRUk//2wBDAQ4ODhMREyYVFSZPNS01"
        + "T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAeACgDASIAAhEBAxEB/8QAGAAAAwEBAAAAAAAA"
        + "AAAAAAAAAAEDBAL/xAAWAQEBAQAAAAAA"
        + "AAAAAAAAAAAAAQL/2gAMAwEAAhADEAAAAWps7XLGIWpmGdKzuLERf//EAB0QAAMAAwEAAwAAAAAAAAAAAAECAxESEyIAISP/2gAIAQEAAQUC+2ou"
        + "dlzj0JnITyJnQI2nw6F/DUIo1B0ai9Mr"
        + "0C/os1MAmYiRMdHMMkw6f//EACARAAEDBAIDAAAAAAAAAAAAAAEAITEDE0GBEXFh0fH/2gAIAQMBAT8BeT3jS4IbWJKsio/peT3A0o+CSrBqRhoC"
        + "/8QAHxEAAgAGAwEAAAAAAAAAAAAAAAEC"
        + "ESExQfASscHR/9oACAECAQE/AZbQ3Bya1Ilj4Uv4hxKG/R//xAAfEAACAgIBBQAAAAAAAAAAAAAAAQIhERMEAxIUMTT/2gAIAQEABj8CrkUhy8gc"
        + "3yD6PYorkez53YorjuxQ8diWh0Z0PCEt"
        + "8aM7o4Q5bojlujll9eOWOWt5Znsdij2OyMF02Ja2f//EABsQAQEBAAMBAQAAAAAAAAAAAAEAESExYXFB/9oACAEBAAE/ITok6LLlib16gW5KDlsH"
        + "fg3m2znJX9ttzgqRW0MJqIr36d1a+0Zt"
        + "gqtfS5dv6imL6uAB9m9V9v/aAAwDAQACAAMAAAAQ7e+xD8//xAAfEQEAAgICAgMAAAAAAAAAAAABESEAMUFRYYHR4fD/2gAIAQMBAT8QkVWWrdoZ"
        + "qNlK8x9ZOUwFFan3gjBdvoKG8hOrD8Dx"
        + "k6KnzHPef//EACERAQABAgYDAQAAAAAAAAAAAAERACExUWGRocFBcYGx/9oACAECAQE/EPAPRb6g7aiZY1dBm9FQwBvrsFTlJfDDcs8FXBC34ZE8"
        + "tL2wt8C7zX//xAAbEAEAAwEBAQEAAAAA"
        + "AAAAAAABABEhMUFRgf/aAAgBAQABPxAsaZ1h4epsHjeIhVL7L2P1iuyP2KxK1qUdcIz4fAhkYlAZ3RUBtj6Rn6MJqWQhRpOsBgVE4AhIokm1zDhy"
        + "2u4MpFWywkD7P//Z");

    /// <summary>A picture that differs by seed and from pixel to pixel.</summary>
    public static byte[] Encode(int width, int height, int seed, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
                bitmap.SetPixel(x, y, new SKColor((byte)((x * 7) + (seed * 31)), (byte)((y * 11) + (seed * 17)),
                    (byte)(((x ^ y) * 5) + seed)));
        }

        using SKData data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    /// <summary>Random pixels, which no other name or number has.</summary>
    public static byte[] Noise(int width, int height, string name, int number)
    {
        var random = new CounterRandom(0, name, 0, number);
        byte[] rows = new byte[width * height * 3];
        foreach (ref byte value in rows.AsSpan())
            value = (byte)random.NextUInt32();
        return Png(width, height, 8, 2, rows);
    }

    /// <summary>A PNG of any kind, written chunk by chunk.</summary>
    /// <remarks>Colour types are PNG's: 0 grey, 2 RGB, 3 palette, 6 RGBA; rows are raw samples without filter bytes.</remarks>
    public static byte[] Png(int width, int height, int bits, int colorType, byte[] rows, params (string Type, byte[] Data)[] chunks)
    {
        using var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = ((byte)bits, (byte)colorType);
        Chunk(file, "IHDR", header);
        foreach ((string type, byte[] data) in chunks)
            Chunk(file, type, data);
        using var packed = new MemoryStream();
        using (var zip = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            int stride = height == 0 ? 0 : rows.Length / height;
            for (int y = 0; y < height && stride > 0; y++)
            {
                zip.WriteByte(0);
                zip.Write(rows, y * stride, stride);
            }
        }

        Chunk(file, "IDAT", packed.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>A JPEG with an EXIF orientation, 1 to 8.</summary>
    public static byte[] WithOrientation(byte[] jpeg, int orientation)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0, (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1,
            0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    /// <summary>A view's red plane, then green, then blue, as batches hold it.</summary>
    public static byte[] Planes(RgbImage view) =>
        [.. Enumerable.Range(0, 3).SelectMany(c => view.Pixels.Where((_, at) => at % 3 == c))];

    public static (byte R, byte G, byte B) Pixel(RgbImage image, int x, int y)
    {
        int at = ((y * image.Width) + x) * 3;
        return (image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]);
    }

    private static void Chunk(Stream file, string type, byte[] data)
    {
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(type), .. data];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
        file.Write(number);
    }

    private static uint Crc32(byte[] data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }

        return ~crc;
    }

    /// <summary>Writes small images, each of its own pixels, into a class folder.</summary>
    public static TemporaryFolder Images(this TemporaryFolder folder, string name, int count)
    {
        for (int i = 0; i < count; i++)
            folder.Add($"{name}/{i:000}.png", Noise(6, 5, name, i));
        return folder;
    }
}

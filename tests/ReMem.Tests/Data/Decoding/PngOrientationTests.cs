using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;

namespace ReMem.Tests.Data.Decoding;

public class PngOrientationTests
{
    [Theory]
    [InlineData("exif3.png", "upright3.png")]
    [InlineData("exif6.png", "upright.png")]
    public void Cases_are_turned(string turned, string upright)
    {
        RgbImage image = Decode(turned), wanted = Decode(upright);
        Assert.Equal((wanted.Width, wanted.Height), (image.Width, image.Height));
        Assert.Equal(wanted.Pixels, image.Pixels);
        Assert.NotEqual(wanted.Pixels, Decode("stored.png").Pixels);
        Assert.Equal(Decode("exif6.webp").Width, Decode("exif6.png").Width);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void Every_orientation_is_read(bool little, bool afterPixels)
    {
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            byte[] png = WithChunk("eXIf", Exif(orientation, little), afterPixels);
            Assert.Equal(orientation, PngOrientation.Of(png));
            RgbImage image = ImageDecoder.Decode(png, "a.png");
            Assert.Equal(orientation >= 5 ? (2, 3) : (3, 2), (image.Width, image.Height));
            // The stored corner (0, 0) is the only red pixel.
            (int x, int y) = orientation switch
            {
                1 or 5 => (0, 0),
                2 => (2, 0),
                3 => (2, 1),
                4 => (0, 1),
                6 => (1, 0),
                7 => (1, 2),
                _ =>
                (0, 2)
            };
            Assert.Equal((200, 10, 10), ((int, int, int))TestImages.Pixel(image, x, y));
        }
    }

    [Fact]
    public void Other_forms_are_read()
    {
        byte[] exif = [.. "Exif\0\0"u8, .. Exif(6, true)];
        string profile =
            $"\nexif\n      {exif.Length}\n{string.Concat(Convert.ToHexStringLower(exif).Chunk(72).Select(c => new string(c) + "\n"))}";
        byte[] key = [.. "Raw profile type exif\0"u8];
        Assert.Equal(6, PngOrientation.Of(WithChunk("eXIf", exif, false)));
        Assert.Equal(6, PngOrientation.Of(WithChunk("tEXt", [.. key, .. Encoding.Latin1.GetBytes(profile)], true)));
        Assert.Equal(6, PngOrientation.Of(WithChunk("zTXt", [.. key, 0, .. Packed(profile)], false)));
        Assert.Equal(6, PngOrientation.Of(WithChunk("iTXt", [.. key, 1, 0, 0, 0, .. Packed(profile)], false)));
        byte[] xmp = [.. "XML:com.adobe.xmp\0\0\0\0\0"u8, .. "<rdf:Description tiff:Orientation=\"8\"/>"u8];
        Assert.Equal(8, PngOrientation.Of(WithChunk("iTXt", xmp, false)));
    }

    [Fact]
    public void Damaged_notes_leave_the_picture_upright()
    {
        byte[] good = Exif(6, true);
        for (int length = 0; length < good.Length; length++)
            Assert.InRange(PngOrientation.Of(WithChunk("eXIf", good[..length], false)), 1, 8);
        Assert.Equal(1, PngOrientation.Of(WithChunk("eXIf", Exif(9, true), false)));
        Assert.Equal(1, PngOrientation.Of(WithChunk("zTXt", [.. "Raw profile type exif\0"u8, 0, 1, 2, 3], false)));
        Assert.Equal(1, PngOrientation.Of(WithChunk("iTXt", [.. "XML:com.adobe.xmp\0"u8, 0], false)));
        byte[] bomb = [.. "Raw profile type exif\0"u8, 0, .. Packed(new string(' ', 1 << 24))];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(1, PngOrientation.Of(WithChunk("zTXt", bomb, false)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    private static RgbImage Decode(string name) => ImageDecoder.Decode(File.ReadAllBytes(CaseFiles.PathOf("png", name)), name);

    /// <summary>TIFF's header and one directory entry.</summary>
    private static byte[] Exif(int orientation, bool little)
    {
        var exif = new byte[26];
        (little ? "II*\0"u8 : "MM\0*"u8).CopyTo(exif);
        void Put16(int at, int value)
        {
            if (little)
                BinaryPrimitives.WriteUInt16LittleEndian(exif.AsSpan(at), (ushort)value);
            else
                BinaryPrimitives.WriteUInt16BigEndian(exif.AsSpan(at), (ushort)value);
        }

        Put16(little ? 4 : 6, 8);
        Put16(8, 1);
        Put16(10, 0x0112);
        Put16(12, 3);
        Put16(little ? 14 : 16, 1);
        Put16(18, orientation);
        return exif;
    }

    private static byte[] Packed(string text)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
            zlib.Write(Encoding.Latin1.GetBytes(text));
        return packed.ToArray();
    }

    private static byte[] WithChunk(string name, byte[] data, bool afterPixels)
    {
        byte[] rgb = [200, 10, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        byte[] png = TestImages.Png(3, 2, 8, 2, rgb, (name, data));
        if (!afterPixels)
            return png;
        // Moves the chunk behind the pixels: it follows the header.
        byte[] chunk = png[33..(33 + 12 + data.Length)];
        return [.. png[..33], .. png[(33 + chunk.Length)..^12], .. chunk, .. png[^12..]];
    }
}

using BitMiracle.LibTiff.Classic;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;

namespace ReMem.Tests.Data.Decoding;

public class TiffDecoderTests
{
    private static readonly byte[] Rgb = [200, 10, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    [Theory]
    [InlineData(Compression.NONE)]
    [InlineData(Compression.LZW)]
    [InlineData(Compression.PACKBITS)]
    [InlineData(Compression.ADOBE_DEFLATE)]
    public void Compressions_are_read(Compression compression)
    {
        RgbImage image = ImageDecoder.Decode(Encode(3, 2, Rgb, compression: compression), "a.png");
        Assert.Equal((3, 2), (image.Width, image.Height));
        Assert.Equal(Rgb, image.Pixels);
    }

    [Fact]
    public void Every_orientation_is_turned()
    {
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            RgbImage image = ImageDecoder.Decode(Encode(3, 2, Rgb, orientation: orientation), "a.tif");
            Assert.Equal(orientation >= 5 ? (2, 3) : (3, 2), (image.Width, image.Height));
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
    public void Grey_palette_and_alpha_become_RGB()
    {
        RgbImage grey = ImageDecoder.Decode(Encode(2, 1, [77, 200], samples: 1, photometric: Photometric.MINISBLACK), "a.tif");
        Assert.Equal((77, 77, 77), ((int, int, int))TestImages.Pixel(grey, 0, 0));
        RgbImage inverted = ImageDecoder.Decode(Encode(2, 1, [0, 255], samples: 1, photometric: Photometric.MINISWHITE), "a.tif");
        Assert.Equal((255, 255, 255), ((int, int, int))TestImages.Pixel(inverted, 0, 0));
        RgbImage alpha = ImageDecoder.Decode(Encode(2, 1, [10, 20, 30, 0, 10, 20, 30, 255], samples: 4, extra: ExtraSample.UNASSALPHA),
            "a.tif");
        Assert.Equal((255, 255, 255), ((int, int, int))TestImages.Pixel(alpha, 0, 0));
        Assert.Equal((10, 20, 30), ((int, int, int))TestImages.Pixel(alpha, 1, 0));
        // A fourth channel of no known meaning is no transparency.
        RgbImage infrared = ImageDecoder.Decode(Encode(2, 1, [10, 20, 30, 0, 10, 20, 30, 255], samples: 4, extra: ExtraSample.UNSPECIFIED),
            "a.tif");
        Assert.Equal((10, 20, 30), ((int, int, int))TestImages.Pixel(infrared, 0, 0));
    }

    [Fact]
    public void Damage_is_named()
    {
        byte[] good = Encode(3, 2, Rgb, compression: Compression.LZW);
        var random = new Random(5);
        for (int length = 4; length < good.Length - 1; length++)
            Fails(good[..length]);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bad = [.. good];
            for (int n = 0; n < 3; n++)
                bad[random.Next(4, bad.Length)] = (byte)random.Next(256);
            try
            {
                ImageDecoder.Decode(bad, "bad.tif");
            }
            catch (InputException e)
            {
                Assert.Contains("bad.tif", e.Message);
            }
        }
    }

    [Fact]
    public void Sizes_are_checked_before_memory_is_taken()
    {
        byte[] huge = Encode(3, 2, Rgb);
        // The first two entries of the directory are width and height.
        int directory = BitConverter.ToInt32(huge, 4);
        foreach (int tag in new[] { 256, 257 })
        {
            int count = BitConverter.ToUInt16(huge, directory);
            int at = Enumerable.Range(0, count).Select(i => directory + 2 + (12 * i)).First(a => BitConverter.ToUInt16(huge, a) == tag);
            BitConverter.GetBytes((ushort)4).CopyTo(huge, at + 2);
            BitConverter.GetBytes(60_000).CopyTo(huge, at + 8);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        InputException error = Assert.Throws<InputException>(() => ImageDecoder.Decode(huge, "huge.tif"));
        Assert.Contains("claims 60000 x 60000 pixels", error.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    /// <summary>The library takes memory for as many values as a tag claims, and for as many strips and tiles as the sizes make.</summary>
    [Theory]
    [InlineData(277, 3, 500_000_000L, "a tag claims 500000000 values")]
    [InlineData(273, 4, uint.MaxValue, "a tag claims 4294967295 values")]
    [InlineData(258, 12, 1_000_000L, "a tag claims 1000000 values")]
    [InlineData(274, 99, 1_000_000L, "a tag claims 1000000 values")]
    public void Counts_of_values_are_checked_before_memory_is_taken(int tag, int type, long count, string says)
    {
        byte[] bytes = Encode(3, 2, Rgb);
        int at = EntryOf(bytes, tag);
        BitConverter.GetBytes((ushort)type).CopyTo(bytes, at + 2);
        BitConverter.GetBytes((uint)count).CopyTo(bytes, at + 4);
        Refused(bytes, says);
    }

    [Fact]
    public void Counts_of_strips_are_checked_before_memory_is_taken()
    {
        byte[] bytes = Encode(3, 2, Rgb);
        foreach ((int tag, int value) in new[] { (256, 1), (257, 3_900_000), (278, 1) })
        {
            int at = EntryOf(bytes, tag);
            BitConverter.GetBytes((ushort)4).CopyTo(bytes, at + 2);
            BitConverter.GetBytes(value).CopyTo(bytes, at + 8);
        }

        Refused(bytes, "it claims 3900000 strips or tiles");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Bytes_of_strips_are_checked_before_memory_is_taken(int strips)
    {
        byte[] bytes = Encode(3, 2, Rgb, compression: Compression.LZW);
        int at = EntryOf(bytes, 279), place = at + 8;
        if (strips > 1)
        {
            // The values then lie outside the entry.
            place = bytes.Length;
            BitConverter.GetBytes(strips).CopyTo(bytes, at + 4);
            BitConverter.GetBytes(place).CopyTo(bytes, at + 8);
            bytes = [.. bytes, .. new byte[4 * strips]];
        }

        BitConverter.GetBytes((ushort)4).CopyTo(bytes, at + 2);
        BitConverter.GetBytes(700_000_000).CopyTo(bytes, place + (4 * (strips - 1)));
        Refused(bytes, "a strip or tile claims 700000000 bytes");
    }

    [Theory]
    [InlineData(8, "its directory lies outside it")]
    [InlineData(16, "its directory is cut short")]
    public void Directories_of_big_TIFF_are_checked_before_memory_is_taken(int place, string says)
    {
        byte[] bytes = new byte[200];
        byte[] header = [.. "II+\0"u8, 8, 0, 0, 0, 16];
        header.CopyTo(bytes, 0);
        BitConverter.GetBytes(1L << 40).CopyTo(bytes, place);
        Refused(bytes, says);
    }

    private static int EntryOf(byte[] tiff, int tag)
    {
        int directory = BitConverter.ToInt32(tiff, 4), count = BitConverter.ToUInt16(tiff, directory);
        return Enumerable.Range(0, count).Select(i => directory + 2 + (12 * i)).First(a => BitConverter.ToUInt16(tiff, a) == tag);
    }

    private static void Refused(byte[] bytes, string says)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(says, Assert.Throws<InputException>(() => ImageDecoder.Decode(bytes, "x.tif")).Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static void Fails(byte[] bytes) =>
        Assert.Contains("cut.tif", Assert.Throws<InputException>(() => ImageDecoder.Decode(bytes, "cut.tif")).Message);

    private static byte[] Encode(
        int width, int height, byte[] pixels, int samples = 3, int orientation = 1, Compression compression = Compression.NONE,
        Photometric photometric = Photometric.RGB, ExtraSample? extra = null)
    {
        using var stream = new MemoryStream();
        using (Tiff tiff = Tiff.ClientOpen("", "w", stream, new TiffStream()))
        {
            tiff.SetField(TiffTag.IMAGEWIDTH, width);
            tiff.SetField(TiffTag.IMAGELENGTH, height);
            tiff.SetField(TiffTag.BITSPERSAMPLE, 8);
            tiff.SetField(TiffTag.SAMPLESPERPIXEL, samples);
            tiff.SetField(TiffTag.PHOTOMETRIC, photometric);
            tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
            tiff.SetField(TiffTag.COMPRESSION, compression);
            tiff.SetField(TiffTag.ORIENTATION, (Orientation)orientation);
            tiff.SetField(TiffTag.ROWSPERSTRIP, height);
            if (extra is { } kind)
                tiff.SetField(TiffTag.EXTRASAMPLES, 1, new[] { (short)kind });
            int row = width * samples;
            for (int y = 0; y < height; y++)
                tiff.WriteScanline(pixels[(y * row)..((y + 1) * row)], y);
        }

        return stream.ToArray();
    }
}

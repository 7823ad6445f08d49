using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using BitMiracle.LibTiff.Classic;
using Parquet;
using ReMem.Data.Layouts;
using ReMem.Data.Pack;
using SkiaSharp;

namespace ReMem.Fuzz;

/// <summary>Valid files of every kind, made here.</summary>
internal static class Seeds
{
    private static readonly (string Path, string Label, int Seed)[] Photos =
        [.. from split in (string[])["train", "val", "test"] from label in (string[])["cat", "dog"] from i in Enumerable.Range(0,
            split == "train" ? 3 : 1) select ($"{split}/{label}/{i}.png", label, i + label.Length)];

    /// <summary>Images of all formats that are decoded.</summary>
    public static IReadOnlyList<byte[]> Images() =>
    [
        Encode(40, 30, SKEncodedImageFormat.Jpeg), Encode(17, 9, SKEncodedImageFormat.Png), Encode(24, 16, SKEncodedImageFormat.Webp),
        Tiff(Compression.NONE, 1), Tiff(Compression.LZW, 6), Tiff(Compression.ADOBE_DEFLATE, 1, tiled: true), Tiff(Compression.PACKBITS, 3),
        Tiff(Compression.JPEG, 1),
        RawPixels.FromPlanes(new byte[3 * 7 * 5], 7, 5), .. FuzzReader.Cases("pattern.*", "*.gif", "*.tif", "bmp-*", "png-*", "F-image*"),
        Convert.FromBase64String(
            "R0lGODdhBQAEAIEAAPoKFAAAAAAAAAAAACwAAAAABQAEAAAICQABCBxIsGDBgAAsAAAAAAUABACBCvoUAAAAAAAAAAAACAkAAQgcSLBgwYAAOw=="),
    ];

    /// <summary>A TIFF of 24 x 16 pixels.</summary>
    private static byte[] Tiff(Compression compression, int orientation, bool tiled = false)
    {
        const int Width = 24, Height = 16, Tile = 16;
        using var stream = new MemoryStream();
        using (BitMiracle.LibTiff.Classic.Tiff tiff = BitMiracle.LibTiff.Classic.Tiff.ClientOpen("", "w", stream, new TiffStream()))
        {
            tiff.SetField(TiffTag.IMAGEWIDTH, Width);
            tiff.SetField(TiffTag.IMAGELENGTH, Height);
            tiff.SetField(TiffTag.BITSPERSAMPLE, 8);
            tiff.SetField(TiffTag.SAMPLESPERPIXEL, 3);
            tiff.SetField(TiffTag.PHOTOMETRIC, Photometric.RGB);
            tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
            tiff.SetField(TiffTag.COMPRESSION, compression);
            tiff.SetField(TiffTag.ORIENTATION, (Orientation)orientation);
            if (tiled)
            {
                tiff.SetField(TiffTag.TILEWIDTH, Tile);
                tiff.SetField(TiffTag.TILELENGTH, Tile);
                foreach (int x in new[] { 0, Tile })
                    tiff.WriteTile(Pixels(Tile * Tile), x, 0, 0, 0);
            }
            else
            {
                tiff.SetField(TiffTag.ROWSPERSTRIP, Height / 2);
                for (int y = 0; y < Height; y++)
                    tiff.WriteScanline(Pixels(Width), y);
            }
        }

        return stream.ToArray();

        static byte[] Pixels(int count) => [.. Enumerable.Range(0, 3 * count).Select(i => (byte)(i * 5))];
    }

    public static byte[] Zip()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string path, string label, int seed) in Photos)
            {
                using Stream entry = zip.CreateEntry(path, seed % 2 == 0 ? CompressionLevel.Fastest : CompressionLevel.NoCompression)
                    .Open();
                entry.Write(Encode(6, 5, SKEncodedImageFormat.Png, seed));
            }
        }

        return bytes.ToArray();
    }

    public static byte[] Tar(TarEntryFormat format)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, format, leaveOpen: true))
        {
            void Add(string name, byte[] data)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                    _ => new UstarTarEntry(TarEntryType.RegularFile, name),
                };
                entry.DataStream = new MemoryStream(data);
                tar.WriteEntry(entry);
            }

            for (int i = 0; i < 6; i++)
            {
                string stem = $"{(i == 5 && format != TarEntryFormat.Ustar ? new string('n', 150) : "0")}{i}";
                Add($"{stem}.png", Encode(6, 5, SKEncodedImageFormat.Png, i));
                Add($"{stem}.{(i < 3 ? "cls" : "json")}", Encoding.UTF8.GetBytes(i < 3 ? $"{i % 2}" : $"{{\"label\": {i % 2}}}"));
            }
        }

        return bytes.ToArray();
    }

    public static byte[] Parquet(CompressionMethod method)
    {
        string file = Path.GetTempFileName();
        try
        {
            ImageShard.Row[] rows =
                [.. Enumerable.Range(0, 8).Select(i => new ImageShard.Row(Encode(6, 5, SKEncodedImageFormat.Png, i), $"{i}.png", i % 2))];
            if (method == CompressionMethod.None)
                ImageShard.Write(file, ["cat", "dog"], [rows[..4], rows[4..]]);
            else
                PackedParquet.Write(file, rows, method);
            return File.ReadAllBytes(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public static byte[] Idx(params int[] shape)
    {
        int count = shape.Aggregate(1, (a, b) => a * b);
        return [0, 0, 8, (byte)shape.Length, .. shape.SelectMany(d => new[] { (byte)0, (byte)0, (byte)(d >> 8), (byte)d }),
            .. Enumerable.Range(0, count).Select(i => (byte)(i % 3))];
    }

    public static byte[] GZip(byte[] bytes) => Packed(bytes, s => new GZipStream(s, CompressionLevel.Fastest));

    /// <summary>Two arrays of doubles in MATLAB 5, the second packed.</summary>
    public static byte[] Mat()
    {
        byte[] header = [.. Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file".PadRight(124)), 0, 1, (byte)'I', (byte)'M'];
        byte[] packed = Packed(Array("setid"), s => new ZLibStream(s, CompressionLevel.Fastest));
        return [.. header, .. Array("labels"), .. Element(15, packed, pad: false)];

        static byte[] Element(int type, byte[] data, bool pad = true) =>
            [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(data.Length), .. data,
                .. new byte[pad ? (8 - (data.Length % 8)) % 8 : 0]];

        static byte[] Array(string name) => Element(14,
        [
            .. Element(6, [6, 0, 0, 0, 0, 0, 0, 0]), .. Element(5, [1, 0, 0, 0, 4, 0, 0, 0]), .. Element(1, Encoding.ASCII.GetBytes(name)),
            .. Element(9, [.. Enumerable.Range(1, 4).SelectMany(i => BitConverter.GetBytes((double)i))]),
        ]);
    }

    public static byte[] Safetensors()
    {
        byte[] header = Encoding.UTF8.GetBytes("""{"__metadata__":{"format":"pt"}"""
            + ""","head.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}"""
            + ""","head.bias":{"dtype":"F16","shape":[2],"data_offsets":[24,28]}}""");
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[28]];
    }

    /// <summary>Class folders of a few tiny images.</summary>
    public static void WriteFolder(string folder)
    {
        foreach ((string path, string _, int seed) in Photos)
        {
            string file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, Encode(6, 5, SKEncodedImageFormat.Png, seed));
        }
    }

    public static byte[] Encode(int width, int height, SKEncodedImageFormat format, int seed = 1)
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

    private static byte[] Packed(byte[] bytes, Func<Stream, Stream> pack)
    {
        using var packed = new MemoryStream();
        using (Stream stream = pack(packed))
            stream.Write(bytes);
        return packed.ToArray();
    }
}

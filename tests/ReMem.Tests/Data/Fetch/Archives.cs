using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace ReMem.Tests.Data.Fetch;

/// <summary>Small archives and MATLAB files, honest and not, made here.</summary>
internal static class Archives
{
    public static byte[] TarGz(params (string Name, byte[] Content)[] files) =>
        TarGz(files.Select(f => (TarEntry)new PaxTarEntry(TarEntryType.RegularFile, f.Name) { DataStream = new MemoryStream(f.Content) }));

    public static byte[] TarGz(IEnumerable<TarEntry> entries)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            foreach (TarEntry entry in entries)
                tar.WriteEntry(entry);
        }

        return packed.ToArray();
    }

    public static byte[] Zip(params (string Name, byte[] Content)[] files) => Zip(files, link: null);

    public static byte[] Zip((string Name, byte[] Content)[] files, string? link)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
            {
                ZipArchiveEntry entry = zip.CreateEntry(name);
                if (name == link)
                    entry.ExternalAttributes = unchecked((int)0xA1FF0000);
                using Stream stream = entry.Open();
                stream.Write(content);
            }
        }

        return packed.ToArray();
    }

    /// <summary>A MATLAB 5 file of one-row arrays.</summary>
    /// <param name="type">1 to 13, as the format numbers them: 2 is uint8, 4 uint16, 9 double.</param>
    /// <param name="compressed">Each array in a zlib stream, as MATLAB does by itself.</param>
    /// <param name="big">Big-endian.</param>
    /// <param name="arrays">Names and values.</param>
    public static byte[] Mat(int type, bool compressed, bool big, params (string Name, double[] Values)[] arrays)
    {
        using var file = new MemoryStream();
        byte[] header = new byte[128];
        Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, made by a test").CopyTo(header, 0);
        header[big ? 124 : 125] = 1;
        (header[126], header[127]) = big ? ((byte)'M', (byte)'I') : ((byte)'I', (byte)'M');
        file.Write(header);
        foreach ((string name, double[] values) in arrays)
        {
            byte[] data = [.. values.SelectMany(v => Number(v, type, big))];
            byte[] matrix = Element(14, [.. Element(6, [.. Word(6, big), .. Word(0, big)], big),
                .. Element(5, [.. Word(1, big), .. Word(values.Length, big)], big), .. Element(1, Encoding.ASCII.GetBytes(name), big),
                .. Element(type, data, big)], big);
            if (!compressed)
            {
                file.Write(matrix);
                continue;
            }

            using var packed = new MemoryStream();
            using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
                zlib.Write(matrix);
            file.Write([.. Word(15, big), .. Word((int)packed.Length, big)]);
            file.Write(packed.ToArray());
        }

        return file.ToArray();
    }

    private static byte[] Element(int type, byte[] body, bool big)
    {
        if (body.Length is > 0 and <= 4 && type != 14)
        {
            byte[] small = [.. Word((body.Length << 16) | type, big), .. body];
            Array.Resize(ref small, 8);
            return small;
        }

        byte[] whole = [.. Word(type, big), .. Word(body.Length, big), .. body];
        Array.Resize(ref whole, (whole.Length + 7) / 8 * 8);
        return whole;
    }

    private static byte[] Word(int value, bool big)
    {
        byte[] bytes = new byte[4];
        if (big)
            BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Number(double value, int type, bool big)
    {
        byte[] bytes = type switch
        {
            1 => [(byte)(sbyte)value],
            2 => [(byte)value],
            3 => BitConverter.GetBytes((short)value),
            4 => BitConverter.GetBytes((ushort)value),
            5 => BitConverter.GetBytes((int)value),
            6 => BitConverter.GetBytes((uint)value),
            7 => BitConverter.GetBytes((float)value),
            12 => BitConverter.GetBytes((long)value),
            13 => BitConverter.GetBytes((ulong)value),
            _ => BitConverter.GetBytes(value),
        };
        return big ? [.. bytes.Reverse()] : bytes;
    }
}

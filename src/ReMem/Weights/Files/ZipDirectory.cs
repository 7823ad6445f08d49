using System.IO.Compression;
using System.Text;
using ReMem.Runtime;

namespace ReMem.Weights.Files;

/// <summary>
/// The directory of a zip archive (PKWARE APPNOTE 6.3, with zip64). The framework's reader does not give an entry's position, which mapping
/// needs. Entries that overlap, reach past the end, or state more than deflate can yield are refused.
/// </summary>
internal static class ZipDirectory
{
    private const uint EndMagic = 0x06054b50, End64Magic = 0x06064b50, Locator64Magic = 0x07064b50, EntryMagic = 0x02014b50,
        LocalMagic = 0x04034b50;
    private const int EndLength = 22, Locator64Length = 20, EntryLength = 46, LocalLength = 30, MaxCommentLength = ushort.MaxValue;
    private const ushort Zip64Extra = 1, Stored = 0, Deflated = 8, Encrypted = 1;
    private const long MaxEntries = 250_000;

    /// <summary>deflate's limit: a match of 258 bytes in 2 bits.</summary>
    private const long MaxExpansion = 1032;

    /// <summary>Every entry by name, in the archive's order.</summary>
    /// <exception cref="InputException">The archive is broken or forged.</exception>
    public static IReadOnlyDictionary<string, ZipEntry> Read(MappedFile file)
    {
        (long count, long size, long start) = ReadEnd(file);
        if (count < 0 || size < 0 || start < 0 || start > file.Length || size > file.Length - start || count > size / EntryLength)
            throw file.Broken("its directory is outside the file");
        if (count > MaxEntries)
            throw file.Broken($"it has {count} entries; remem reads at most {MaxEntries}");
        var cursor = new ByteCursor(file, start, start + size);
        var entries = new Dictionary<string, ZipEntry>((int)count, StringComparer.Ordinal);
        var places = new List<(long Begin, long End, string Name)>((int)count);
        for (long i = 0; i < count; i++)
        {
            (ZipEntry entry, long header) = ReadEntry(file, cursor);
            if (!entries.TryAdd(entry.Name, entry))
                throw file.Broken($"its entry '{entry.Name}' occurs twice");
            places.Add((header, entry.Offset + entry.Packed, entry.Name));
        }

        places.Sort();
        long at = 0;
        foreach ((long begin, long end, string name) in places)
        {
            if (begin < at || end > start)
                throw file.Broken($"its entry '{name}' overlaps another part of it");
            at = end;
        }

        return entries;
    }

    /// <summary>Unpacks the first bytes of an entry.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="entry">Stored or deflated.</param>
    /// <param name="target">Filled completely.</param>
    /// <param name="skip">Number of bytes to skip first.</param>
    /// <exception cref="InputException">The data is damaged or shorter than declared.</exception>
    public static void Unpack(MappedFile file, ZipEntry entry, Span<byte> target, long skip = 0)
    {
        using Stream packed = file.Stream(entry.Offset, entry.Packed);
        using Stream unpacked = entry.IsStored ? packed : new DeflateStream(packed, CompressionMode.Decompress);
        Span<byte> passed = stackalloc byte[1024];
        try
        {
            for (long left = skip; left > 0; left -= Math.Min(left, passed.Length))
                unpacked.ReadExactly(passed[..(int)Math.Min(left, passed.Length)]);
            unpacked.ReadExactly(target);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw file.Broken($"its entry '{entry.Name}' cannot be unpacked", e);
        }
    }

    private static (long Count, long Size, long Start) ReadEnd(MappedFile file)
    {
        long lowest = Math.Max(0, file.Length - EndLength - MaxCommentLength);
        for (long at = file.Length - EndLength; at >= lowest; at--)
        {
            if (BitConverter.ToUInt32(file.Bytes(at, 4)) != EndMagic)
                continue;
            var end = new ByteCursor(file, at + 4, file.Length);
            end.Take(6);
            (long count, long size, long start, ushort comment) = (end.UInt16(), end.UInt32(), end.UInt32(), end.UInt16());
            if (comment > end.Left)
                continue;
            bool is64 = count == ushort.MaxValue || size == uint.MaxValue || start == uint.MaxValue;
            return is64 && ReadEnd64(file, at - Locator64Length) is { } found ? found : (count, size, start);
        }

        throw file.Broken("its directory is missing: the file is cut short");
    }

    private static (long Count, long Size, long Start)? ReadEnd64(MappedFile file, long locator)
    {
        if (locator < 0)
            return null;
        var cursor = new ByteCursor(file, locator, file.Length);
        if (cursor.UInt32() != Locator64Magic)
            return null;
        cursor.Take(4);
        long at = cursor.Int64();
        if (at < 0 || at > locator)
            throw file.Broken("its directory is outside the file");
        var end = new ByteCursor(file, at, locator);
        if (end.UInt32() != End64Magic)
            throw file.Broken("its directory has no end");
        end.Take(28);
        return (end.Int64(), end.Int64(), end.Int64());
    }

    private static (ZipEntry Entry, long Header) ReadEntry(MappedFile file, ByteCursor cursor)
    {
        if (cursor.UInt32() != EntryMagic)
            throw file.Broken("its directory is damaged");
        cursor.Take(4);
        (ushort flags, ushort method) = (cursor.UInt16(), cursor.UInt16());
        cursor.Take(8);
        (long packed, long length) = (cursor.UInt32(), cursor.UInt32());
        (int nameLength, int extraLength, int commentLength) = (cursor.UInt16(), cursor.UInt16(), cursor.UInt16());
        cursor.Take(8);
        long header = cursor.UInt32();
        string name = Encoding.UTF8.GetString(cursor.Take(nameLength));
        var extra = new ByteCursor(file, cursor.At, cursor.At + extraLength);
        cursor.Take(extraLength + commentLength);
        while (extra.Left >= 4)
        {
            (ushort id, ushort size) = (extra.UInt16(), extra.UInt16());
            if (id != Zip64Extra)
            {
                extra.Take(size);
                continue;
            }

            length = length == uint.MaxValue ? extra.Int64() : length;
            packed = packed == uint.MaxValue ? extra.Int64() : packed;
            header = header == uint.MaxValue ? extra.Int64() : header;
            break;
        }

        if ((flags & Encrypted) != 0 || method is not (Stored or Deflated))
            throw file.Broken($"its entry '{name}' is encrypted or compressed by method {method}, which remem does not unpack");
        long offset = DataOffset(file, header, name);
        if (packed < 0 || length < 0 || packed > file.Length - offset)
            throw file.Broken($"its entry '{name}' reaches past the end");
        if (method == Stored ? length != packed : length / MaxExpansion > packed)
            throw file.Broken($"its entry '{name}' states {length} bytes, but has {packed}");
        return (new ZipEntry(name, offset, length, packed, method == Stored), header);
    }

    /// <summary>The offset after the local header, whose name and extra field may be longer than the directory's.</summary>
    private static long DataOffset(MappedFile file, long header, string name)
    {
        if (header < 0 || header > file.Length - LocalLength)
            throw file.Broken($"its entry '{name}' reaches past the end");
        var local = new ByteCursor(file, header, file.Length);
        if (local.UInt32() != LocalMagic)
            throw file.Broken($"its entry '{name}' has no header");
        local.Take(22);
        local.Take(local.UInt16() + local.UInt16());
        return local.At;
    }
}

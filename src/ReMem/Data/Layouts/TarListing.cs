using System.Globalization;
using System.Text;

namespace ReMem.Data.Layouts;

/// <summary>
/// Lists a tar (POSIX 1003.1-2001 ustar and pax, GNU's long names): names, offsets and lengths. Other header fields, which may be damaged,
/// are ignored. Memory is allocated for existing bytes, never for what a header states; System.Formats.Tar rents a buffer of whatever
/// length a name states.
/// </summary>
/// <param name="stream">Positioned at the archive's start; it need not be seekable.</param>
internal sealed class TarListing(Stream stream)
{
    private const int Block = 512;
    private const int MaxExtraBytes = 1 << 20;
    private const string Damaged = "its entries are damaged";
    private readonly byte[] _header = new byte[Block];
    private long _at;
    private long _next;

    /// <summary>Whether the archive's final block of zeros was read: without it, entries may be missing.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The next entry, with the stream at its bytes; null at the end.</summary>
    /// <exception cref="InvalidDataException">A header is damaged.</exception>
    /// <exception cref="EndOfStreamException">It is truncated.</exception>
    public TarItem? Next()
    {
        string? longName = null;
        string? paxName = null;
        long? paxLength = null;
        while (true)
        {
            Skip(_next - _at);
            if (!ReadHeader())
                return null;
            long length = Number(_header.AsSpan(124, 12));
            char type = (char)_header[156];
            Follow(length);
            switch (type)
            {
                case 'L':
                    longName = Text(Extra(length));
                    continue;
                case 'K' or 'g':
                    continue;
                case 'x' or 'X':
                    (paxName, paxLength) = Pax(Extra(length));
                    continue;
            }

            string name = paxName ?? longName ?? Name();
            TarKind kind = KindOf(type, name);
            // Links and folders have no bytes, whatever length they state.
            length = kind is TarKind.Link or TarKind.Folder ? 0 : paxLength ?? length;
            Follow(length);
            return new TarItem(name, kind, _at, length);
        }
    }

    /// <summary>Reads bytes of the entry that was last listed; 0 at its end.</summary>
    /// <param name="item">The entry.</param>
    /// <param name="buffer">Receives them.</param>
    public int Read(TarItem item, Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, item.Offset + item.Length - _at);
        if (wanted <= 0)
            return 0;
        int count = stream.Read(buffer[..wanted]);
        _at += count;
        return count > 0 ? count : throw new EndOfStreamException();
    }

    private static TarKind KindOf(char type, string name) => type switch
    {
        '0' or '\0' or '7' => name.EndsWith('/') ? TarKind.Folder : TarKind.File,
        '5' => TarKind.Folder,
        '1' or '2' => TarKind.Link,
        _ => TarKind.Other,
    };

    private void Follow(long length)
    {
        if (length < 0 || length > long.MaxValue - _at - Block)
            throw new InvalidDataException("an entry's length is impossible");
        _next = _at + ((length + Block - 1) / Block * Block);
    }

    private bool ReadHeader()
    {
        int count = stream.ReadAtLeast(_header, Block, throwOnEndOfStream: false);
        _at += count;
        _next = _at;
        IsWhole = count == Block && !_header.AsSpan().ContainsAnyExcept((byte)0);
        if (count == 0 || IsWhole)
            return false;
        if (count < Block)
            throw new EndOfStreamException();
        long sum = (8 * ' ') - Sum(_header.AsSpan(148, 8)) + Sum(_header);
        return Number(_header.AsSpan(148, 8)) == sum ? true : throw new InvalidDataException("a header's checksum is wrong");
    }

    private static long Sum(ReadOnlySpan<byte> bytes)
    {
        long sum = 0;
        foreach (byte b in bytes)
            sum += b;
        return sum;
    }

    private void Skip(long count)
    {
        if (count == 0)
            return;
        if (stream.CanSeek)
        {
            if (count > stream.Length - stream.Position)
                throw new EndOfStreamException();
            stream.Seek(count, SeekOrigin.Current);
        }
        else
        {
            byte[] piece = new byte[Math.Min(count, 1 << 16)];
            for (long left = count; left > 0; left -= piece.Length)
                stream.ReadExactly(piece.AsSpan(0, (int)Math.Min(left, piece.Length)));
        }

        _at += count;
    }

    /// <summary>The bytes of an entry that describes the next one.</summary>
    private byte[] Extra(long length)
    {
        if (length > MaxExtraBytes)
            throw new InvalidDataException("an entry's name is too long");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        _at += length;
        return bytes;
    }

    /// <summary>Octal digits, or GNU's binary where the first bit is set.</summary>
    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            // All but the last eight bytes are zero in a possible length; 0xFF starts a negative one.
            if (field[0] != 0x80 || field[1..^8].ContainsAnyExcept((byte)0))
                throw new InvalidDataException(Damaged);
            return System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
        }

        ReadOnlySpan<byte> digits = field.Trim((byte)' ').Trim((byte)0).Trim((byte)' ');
        long value = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
                throw new InvalidDataException(Damaged);
            value = (value * 8) + (digit - '0');
        }

        return value;
    }

    private string Name()
    {
        string name = Text(_header.AsSpan(0, 100));
        bool isUstar = _header.AsSpan(257, 6).SequenceEqual("ustar\0"u8);
        string prefix = isUstar ? Text(_header.AsSpan(345, 155)) : string.Empty;
        return prefix.Length > 0 ? $"{prefix}/{name}" : name;
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    /// <summary>Path and size of records such as "30 path=a/b.jpg\n", whose first number counts their bytes.</summary>
    private static (string? Name, long? Length) Pax(ReadOnlySpan<byte> records)
    {
        string? name = null;
        long? size = null;
        while (!records.IsEmpty)
        {
            int space = records.IndexOf((byte)' ');
            if (space < 1 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= space + 1 || length > records.Length || records[length - 1] != '\n')
            {
                throw new InvalidDataException(Damaged);
            }

            ReadOnlySpan<byte> record = records[(space + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals < 0)
                throw new InvalidDataException(Damaged);
            ReadOnlySpan<byte> key = record[..equals], value = record[(equals + 1)..];
            if (key.SequenceEqual("path"u8))
                name = Encoding.UTF8.GetString(value);
            else if (key.SequenceEqual("size"u8))
                size = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
                    ? bytes
                    : throw new InvalidDataException(Damaged);
            else if (key.StartsWith("GNU.sparse"u8))
                throw new InvalidDataException("it holds sparse files");
            records = records[length..];
        }

        return (name, size);
    }
}

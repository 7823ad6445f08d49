using System.Buffers.Binary;

namespace ReMem.Runtime;

/// <summary>Reads little-endian values one after the other from a range of a file.</summary>
/// <param name="file">The file.</param>
/// <param name="at">First byte.</param>
/// <param name="end">Past the last byte; within the file.</param>
internal sealed class ByteCursor(MappedFile file, long at, long end)
{
    private const int MaxLineLength = 1 << 16;

    /// <summary>The next byte's place in the file.</summary>
    public long At { get; private set; } = at;

    /// <summary>Remaining bytes.</summary>
    public long Left => end - At;

    /// <summary>The next bytes.</summary>
    /// <exception cref="InputException">There are fewer.</exception>
    public ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > Left || count > int.MaxValue)
            throw file.Broken("it is cut short");
        ReadOnlySpan<byte> bytes = file.Bytes(At, (int)count);
        At += count;
        return bytes;
    }

    /// <summary>Skips bytes, of any number.</summary>
    /// <exception cref="InputException">There are fewer.</exception>
    public void Skip(long count)
    {
        if (count < 0 || count > Left)
            throw file.Broken("it is cut short");
        At += count;
    }

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    /// <summary>The bytes up to the next line feed, which is skipped.</summary>
    public ReadOnlySpan<byte> Line()
    {
        ReadOnlySpan<byte> rest = file.Bytes(At, (int)Math.Min(Left, MaxLineLength));
        int length = rest.IndexOf((byte)'\n');
        if (length < 0)
            throw file.Broken("a line in it has no end");
        At += length + 1;
        return rest[..length];
    }
}

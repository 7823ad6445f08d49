using System.Buffers.Binary;
using Parquet.Meta;

namespace ReMem.Data.Layouts;

/// <summary>
/// Checks a Parquet file's footer and page headers before the library decodes anything: that they are well formed, that they agree with
/// each other and with the file's length, and that a file of that length can hold the unpacked size they state.
/// </summary>
internal static class ParquetCheck
{
    private const int TailBytes = 8;
    private const int MaxFooterBytes = 1 << 28;
    private const int MaxHeaderBytes = 1 << 16;
    private const long FreeRows = 1 << 20;
    private const long FreeBytes = 1 << 26;
    private const int MaxRatio = 100;

    // Field numbers of parquet.thrift: of a page header, and of the kinds of pages in it.
    private const int UnpackedSize = 2;
    private const int PackedSize = 3;
    private static readonly int[] Values = [501, 701, 801];
    private const int DictionaryValues = 701;

    /// <summary>The maximal bytes that the columns of a file may unpack to: images hardly compress, labels well.</summary>
    public static long MaxBytes(long fileLength) => FreeBytes + (fileLength * MaxRatio);

    /// <summary>Checks the footer.</summary>
    /// <param name="stream">The file; its position is not restored.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Footer(Stream stream)
    {
        Span<byte> tail = stackalloc byte[TailBytes];
        if (stream.Length < TailBytes + 4)
            throw new InvalidDataException("not a Parquet file");
        stream.Position = stream.Length - TailBytes;
        stream.ReadExactly(tail);
        int length = BinaryPrimitives.ReadInt32LittleEndian(tail);
        if (!tail[4..].SequenceEqual("PAR1"u8))
            throw new InvalidDataException("not a Parquet file, or cut short");
        if (length is < 1 or > MaxFooterBytes || length > stream.Length - TailBytes - 4)
            throw new InvalidDataException("its footer is damaged");
        var footer = new byte[length];
        stream.Position = stream.Length - TailBytes - length;
        stream.ReadExactly(footer);
        new ThriftCheck(footer).Struct("FileMetaData");
        stream.Position = 0;
    }

    /// <summary>Checks the columns that will be read.</summary>
    /// <param name="stream">The file; its position is not restored.</param>
    /// <param name="footer">The footer as the library read it.</param>
    /// <param name="columns">Their paths in the schema.</param>
    /// <exception cref="InvalidDataException">A column is damaged, or states too much.</exception>
    public static void Columns(Stream stream, FileMetaData footer, IReadOnlyCollection<string> columns)
    {
        long left = MaxBytes(stream.Length), rows = FreeRows + stream.Length;
        foreach (RowGroup group in footer.RowGroups)
        {
            rows -= group.NumRows;
            if (group.NumRows < 0 || rows < 0)
                throw new InvalidDataException("it states more rows than it can hold");
            foreach (ColumnChunk chunk in group.Columns)
            {
                if (chunk.MetaData is { } column && columns.Contains(string.Join('/', column.PathInSchema)))
                    left -= Pages(stream, column, group.NumRows, left);
            }
        }
    }

    /// <summary>Checks the pages of a column.</summary>
    /// <returns>Their unpacked bytes.</returns>
    private static long Pages(Stream stream, ColumnMetaData column, long rows, long left)
    {
        long first = column.DictionaryPageOffset is > 0 and { } dictionary
            ? Math.Min(dictionary, column.DataPageOffset)
            : column.DataPageOffset;
        long end = first + column.TotalCompressedSize;
        if (column.NumValues != rows || first < 0 || column.TotalCompressedSize < 0 || end < first || end > stream.Length)
            throw new InvalidDataException("a column lies outside the file, or its number of values is not the number of rows");
        long values = 0, unpacked = 0;
        var header = new byte[MaxHeaderBytes];
        for (long at = first; at < end && values < rows;)
        {
            stream.Position = at;
            int got = stream.ReadAtLeast(header.AsSpan(0, (int)Math.Min(MaxHeaderBytes, end - at)), 1, throwOnEndOfStream: false);
            var walk = new ThriftCheck(header.AsSpan(0, got));
            Dictionary<int, long> numbers = [];
            walk.Struct("PageHeader", numbers);
            long packed = numbers.GetValueOrDefault(PackedSize, -1), size = numbers.GetValueOrDefault(UnpackedSize, -1);
            if (Values.Any(v => numbers.TryGetValue(v, out long count) && (count < 0 || count > Math.Max(rows, size))))
                throw new InvalidDataException("a page states more values than it can hold");
            if (packed < 0 || packed > end - at - walk.At || size < 0 || (unpacked += size) > left)
                throw new InvalidDataException("a page states more bytes than the file can hold");
            values += Values.Where(v => v != DictionaryValues).Sum(v => numbers.GetValueOrDefault(v));
            at += walk.At + packed;
        }

        return values == rows ? unpacked : throw new InvalidDataException("a column has fewer values than there are rows");
    }
}

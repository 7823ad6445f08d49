using System.Globalization;

namespace ReMem.Data.Layouts;

/// <summary>
/// Checks bytes in Thrift's compact protocol, which Parquet uses for its footer and page headers (parquet.thrift 2.12), and refuses fields
/// that are malformed or of another type than the format defines: on those the library may read past the end without stopping.
/// </summary>
/// <param name="bytes">The bytes.</param>
internal ref struct ThriftCheck(ReadOnlySpan<byte> bytes)
{
    private const int MaxDepth = 24;

    // Fields by number: i an integer, y a byte, b a boolean, d a double, s bytes, [ a list of what follows, else a struct of that name.
    private static readonly Dictionary<string, Dictionary<int, string>> Structs = new Dictionary<string, string>
    {
        ["FileMetaData"] = "1 i 2 [SchemaElement 3 i 4 [RowGroup 5 [KeyValue 6 s 7 [Any 8 Any 9 s",
        ["SchemaElement"] = "1 i 2 i 3 i 4 s 5 i 6 i 7 i 8 i 9 i 10 LogicalType",
        ["LogicalType"] =
            "1 Any 2 Any 3 Any 4 Any 5 Decimal 6 Any 7 Time 8 Time 10 Integer 11 Any 12 Any 13 Any 14 Any 15 Any 16 Variant 17 Geo 18 Geo",
        ["Decimal"] = "1 i 2 i",
        ["Time"] = "1 b 2 Unit",
        ["Unit"] = "1 Any 2 Any 3 Any",
        ["Integer"] = "1 y 2 b",
        ["Variant"] = "1 y",
        ["Geo"] = "1 s 2 i",
        ["RowGroup"] = "1 [ColumnChunk 2 i 3 i 4 [SortingColumn 5 i 6 i 7 i",
        ["ColumnChunk"] = "1 s 2 i 3 ColumnMetaData 4 i 5 i 6 i 7 i 8 Any 9 s",
        ["ColumnMetaData"] = "1 i 2 [i 3 [s 4 i 5 i 6 i 7 i 8 [KeyValue 9 i 10 i 11 i 12 Statistics 13 [EncodingStats 14 i 15 i 16 "
            + "SizeStatistics 17 GeoStatistics",
        ["Statistics"] = "1 s 2 s 3 i 4 i 5 s 6 s 7 b 8 b",
        ["EncodingStats"] = "1 i 2 i 3 i",
        ["SizeStatistics"] = "1 i 2 [i 3 [i",
        ["GeoStatistics"] = "1 Box 2 [i",
        ["Box"] = "1 d 2 d 3 d 4 d 5 d 6 d 7 d 8 d",
        ["SortingColumn"] = "1 i 2 b 3 b",
        ["KeyValue"] = "1 s 2 s",
        ["PageHeader"] = "1 i 2 i 3 i 4 i 5 DataPage 6 Any 7 DictionaryPage 8 DataPage2",
        ["DataPage"] = "1 i 2 i 3 i 4 i 5 Statistics",
        ["DictionaryPage"] = "1 i 2 i 3 b",
        ["DataPage2"] = "1 i 2 i 3 i 4 i 5 i 6 i 7 b 8 Statistics",
        ["Any"] = "",
    }.ToDictionary(s => s.Key, s => Fields(s.Value));

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The current position.</summary>
    public int At { get; private set; }

    /// <summary>Checks a struct.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="numbers">
    /// Receives its numbers by field, those of a nested struct by 100 times its field plus their own; may be null.
    /// </param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void Struct(string name, Dictionary<int, long>? numbers = null) => Struct(Structs[name], numbers, 0, 0);

    private static Dictionary<int, string> Fields(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Enumerable.Range(0, words.Length / 2).ToDictionary(i => int.Parse(words[2 * i], CultureInfo.InvariantCulture),
            i => words[(2 * i) + 1]);
    }

    private void Struct(Dictionary<int, string> fields, Dictionary<int, long>? numbers, int parent, int depth)
    {
        if (depth > MaxDepth)
            throw Damaged();
        int field = 0;
        while (Byte() is var head && head != 0)
        {
            long number = head >> 4 == 0 ? ZigZag() : field + (head >> 4);
            if (number is < 1 or > short.MaxValue)
                throw Damaged();
            field = (int)number;
            int type = head & 15;
            string? expected = fields.GetValueOrDefault(field);
            if (expected is not null && !Is(type, expected))
                throw Damaged();
            // A struct's booleans are stored in the field header.
            if (type is 1 or 2)
                continue;
            long? value = Value(type, expected, numbers, (parent * 100) + field, depth);
            if (value is { } found && numbers is not null)
                numbers[(parent * 100) + field] = found;
        }
    }

    private static bool Is(int type, string expected) => expected[0] switch
    {
        'i' => type is 4 or 5 or 6,
        'y' => type is 3,
        'b' => type is 1 or 2,
        'd' => type is 7,
        's' => type is 8,
        '[' => type is 9 or 10,
        _ => type is 12,
    };

    private long? Value(int type, string? expected, Dictionary<int, long>? numbers, int place, int depth)
    {
        switch (type)
        {
            case 1 or 2 or 3:
                return Byte();
            case 4 or 5 or 6:
                return ZigZag();
            case 7:
                Skip(8);
                return null;
            case 8:
                Skip(VarInt());
                return null;
            case 9 or 10:
                List(expected?[1..], depth);
                return null;
            case 11:
                Map(depth);
                return null;
            case 12:
                Struct(Structs[expected ?? "Any"], place < 100 ? numbers : null, place, depth + 1);
                return null;
            default:
                throw Damaged();
        }
    }

    private void List(string? element, int depth)
    {
        int head = Byte(), type = head & 15;
        ulong count = head >> 4 == 15 ? VarInt() : (ulong)(head >> 4);
        // Each element takes a byte or more.
        if (depth > MaxDepth || count > (ulong)(_bytes.Length - At) || (count > 0 && element is not null && !Is(type, element)))
            throw Damaged();
        for (ulong i = 0; i < count; i++)
            Value(type, element, null, 0, depth + 1);
    }

    private void Map(int depth)
    {
        ulong count = VarInt();
        if (count == 0)
            return;
        int types = Byte();
        if (depth > MaxDepth || count > (ulong)(_bytes.Length - At))
            throw Damaged();
        for (ulong i = 0; i < count; i++)
        {
            Value(types >> 4, null, null, 0, depth + 1);
            Value(types & 15, null, null, 0, depth + 1);
        }
    }

    private void Skip(ulong count)
    {
        if (count > (ulong)(_bytes.Length - At))
            throw Damaged();
        At += (int)count;
    }

    private int Byte() => At < _bytes.Length ? _bytes[At++] : throw Damaged();

    private long ZigZag()
    {
        ulong value = VarInt();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong VarInt()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int next = Byte();
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
                return value;
        }

        throw Damaged();
    }

    private static InvalidDataException Damaged() => new("its metadata is damaged");
}

using System.Buffers.Binary;

namespace ReMem.Data.Decoding;

/// <summary>Checks a TIFF's first page before the library reads it, which allocates whatever memory the page's tags state.</summary>
internal static class TiffStructure
{
    private const int ShortType = 3, LongType = 4, LongLongType = 16;
    private const int Width = 256, Length = 257, Samples = 277, RowsPerStrip = 278, Planes = 284, TileWidth = 322, TileLength = 323;
    private const int StripBytes = 279, TileBytes = 325;

    /// <summary>Bytes per value by its type, from 1: BYTE, ASCII, SHORT ... IFD8.</summary>
    private static ReadOnlySpan<byte> TypeBytes => [1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 1, 1, 8, 8, 8];

    /// <summary>Why the first page is invalid, to follow the image's name in a message; null where no fault is found.</summary>
    /// <param name="tiff">The file.</param>
    /// <param name="refusal">Why an image with these numbers of columns and rows is refused; null where it is not.</param>
    public static string? Refusal(ReadOnlySpan<byte> tiff, Func<int, int, string?> refusal)
    {
        if (tiff.Length < 16)
            return Corrupt("it is cut short");
        var numbers = new Numbers(tiff, isBig: tiff[0] == 'M');
        bool isLarge = tiff[2] == 43 || tiff[3] == 43;
        ulong at = isLarge ? numbers.At(8, 8) : numbers.At(4, 4);
        int countBytes = isLarge ? 8 : 2, entryBytes = isLarge ? 20 : 12;
        if (at > (ulong)(tiff.Length - countBytes))
            return Corrupt("its directory lies outside it");
        ulong entries = numbers.At((int)at, countBytes);
        int first = (int)at + countBytes;
        if (entries > (ulong)(tiff.Length - first) / (ulong)entryBytes)
            return Corrupt("its directory is cut short");

        // A tag may occur twice: the larger value counts.
        (ulong width, ulong height, ulong samples, ulong rows, ulong planes, ulong tileWidth, ulong tileHeight) = (0UL, 0UL, 1UL,
            ulong.MaxValue, 1UL, ulong.MaxValue, ulong.MaxValue);
        for (int entry = first; entry < first + ((int)entries * entryBytes); entry += entryBytes)
        {
            int type = (int)numbers.At(entry + 2, 2);
            ulong count = isLarge ? numbers.At(entry + 4, 8) : numbers.At(entry + 4, 4);
            uint size = type >= 1 && type <= TypeBytes.Length ? TypeBytes[type - 1] : 1u;
            if (count > (ulong)tiff.Length / size)
                return Corrupt($"a tag claims {count} values, more than its {tiff.Length} bytes can hold");
            int tag = (int)numbers.At(entry, 2);
            if (tag is StripBytes or TileBytes
                && MaxValue(numbers, entry + (isLarge ? 12 : 8), type, (int)count, isLarge ? 8 : 4) is var piece
                && piece > (ulong)tiff.Length)
                return Corrupt($"a strip or tile claims {piece} bytes, more than its own {tiff.Length}");
            ulong value = type switch
            {
                ShortType => numbers.At(entry + (isLarge ? 12 : 8), 2),
                LongType => numbers.At(entry + (isLarge ? 12 : 8), 4),
                LongLongType when isLarge => numbers.At(entry + 12, 8),
                _ => 1,
            };
            switch (tag)
            {
                case Width: width = Math.Max(width, value); break;
                case Length: height = Math.Max(height, value); break;
                case Samples: samples = Math.Max(samples, value); break;
                case Planes: planes = Math.Max(planes, value); break;
                case RowsPerStrip: rows = Math.Min(rows, Math.Max(1, value)); break;
                case TileWidth: tileWidth = Math.Min(tileWidth, Math.Max(1, value)); break;
                case TileLength: tileHeight = Math.Min(tileHeight, Math.Max(1, value)); break;
            }
        }

        if (refusal((int)Math.Min(int.MaxValue, width), (int)Math.Min(int.MaxValue, height)) is { } tooLarge)
            return tooLarge;
        UInt128 tiles = (UInt128)Pieces(width, tileWidth) * Pieces(height, tileHeight);
        UInt128 pieces =
            (tileWidth == ulong.MaxValue && tileHeight == ulong.MaxValue ? Pieces(height, rows) : tiles) * (planes > 1 ? samples : 1UL);
        return pieces > (UInt128)tiff.Length
            ? Corrupt($"it claims {pieces} strips or tiles, more than its {tiff.Length} bytes can hold")
            : null;
    }

    /// <summary>The largest value of an entry; 0 where its values are outside the file, or not sizes.</summary>
    /// <param name="numbers">The file.</param>
    /// <param name="place">Position of the entry's value, or of the offset of its values.</param>
    /// <param name="type">Type of the values.</param>
    /// <param name="count">Number of values.</param>
    /// <param name="placeBytes">Bytes of an offset.</param>
    private static ulong MaxValue(Numbers numbers, int place, int type, int count, int placeBytes)
    {
        if (type is not (ShortType or LongType or LongLongType))
            return 0;
        int bytes = TypeBytes[type - 1];
        ulong at = bytes * (long)count <= placeBytes ? (ulong)place : numbers.At(place, placeBytes);
        ulong max = 0;
        for (int i = 0; i < count && numbers.Has(at, bytes); i++, at += (ulong)bytes)
            max = Math.Max(max, numbers.At((int)at, bytes));
        return max;
    }

    private static string Corrupt(string why) => $"is a corrupt or truncated TIFF: {why}";

    private static ulong Pieces(ulong whole, ulong piece) => (whole / piece) + (whole % piece > 0 ? 1UL : 0UL);

    /// <summary>Numbers in the file's byte order.</summary>
    private readonly ref struct Numbers(ReadOnlySpan<byte> tiff, bool isBig)
    {
        private readonly ReadOnlySpan<byte> _tiff = tiff;

        public bool Has(ulong offset, int bytes) => offset <= (ulong)Math.Max(0, _tiff.Length - bytes);

        public ulong At(int offset, int bytes)
        {
            ReadOnlySpan<byte> number = _tiff.Slice(offset, bytes);
            return bytes switch
            {
                2 => isBig ? BinaryPrimitives.ReadUInt16BigEndian(number) : BinaryPrimitives.ReadUInt16LittleEndian(number),
                4 => isBig ? BinaryPrimitives.ReadUInt32BigEndian(number) : BinaryPrimitives.ReadUInt32LittleEndian(number),
                _ => isBig ? BinaryPrimitives.ReadUInt64BigEndian(number) : BinaryPrimitives.ReadUInt64LittleEndian(number),
            };
        }
    }
}

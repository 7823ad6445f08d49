using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ReMem.Runtime;

namespace ReMem.Data.Fetch;

/// <summary>
/// Reads the real numeric arrays of a MATLAB 5 file (MathWorks, "MAT-File Level 5 File Format"), compressed or not, of either byte order.
/// Cells, structures, strings and sparse arrays are skipped.
/// </summary>
internal static class MatFile
{
    private const int HeaderBytes = 128;
    private const int MaxBytes = 1 << 22;
    private const int Compressed = 15;
    private const int Matrix = 14;
    private const int FirstNumericClass = 6;
    private const int LastNumericClass = 15;

    /// <summary>The arrays by name, each in MATLAB's order (columns first).</summary>
    /// <exception cref="InputException">It is not such a file, or damaged.</exception>
    public static IReadOnlyDictionary<string, double[]> Read(string file)
    {
        byte[] bytes = InputFile.ReadAllBytes(file, "MATLAB file", MaxBytes);
        if (bytes.Length < HeaderBytes || bytes[126..128] is not ([(byte)'I', (byte)'M'] or [(byte)'M', (byte)'I']))
            throw new InputException("This is not a MATLAB 5 file.", file, "Download it again.");
        try
        {
            var reader = new Reader(bytes[126] == 'I');
            reader.Elements(bytes.AsSpan(HeaderBytes), isPacked: false);
            return reader.Arrays;
        }
        catch (Exception e) when (Guarded.IsForeign(e))
        {
            throw new InputException($"The MATLAB file is cut short or damaged: {Guarded.Sentence(e)}.", file, "Download it again.", e);
        }
    }

    private sealed class Reader(bool littleEndian)
    {
        public Dictionary<string, double[]> Arrays { get; } = [];

        // The limit of all compressed data in the file together.
        private int _left = MaxBytes;

        public void Elements(ReadOnlySpan<byte> data, bool isPacked)
        {
            while (data.Length >= 8)
            {
                ReadOnlySpan<byte> body = Next(ref data, out int type);
                if (type == Compressed)
                    Elements(
                        isPacked ? throw new InvalidDataException("a compressed array is compressed again") : Inflate(body),
                        isPacked: true);
                else if (type == Matrix)
                    Add(body);
            }
        }

        private void Add(ReadOnlySpan<byte> matrix)
        {
            ReadOnlySpan<byte> flags = Next(ref matrix, out _);
            int kind = (int)(Unsigned(flags) & 0xFF);
            ReadOnlySpan<byte> dimensions = Next(ref matrix, out _);
            string name = Encoding.ASCII.GetString(Next(ref matrix, out _));
            if (kind is < FirstNumericClass or > LastNumericClass)
                return;
            long count = 1;
            for (int i = 0; i < dimensions.Length; i += 4)
                count = checked(count * (int)Unsigned(dimensions[i..]));
            double[] values = Values(Next(ref matrix, out int type), type);
            Arrays[name] = values.Length == count
                ? values
                : throw new InvalidDataException($"'{name}' has {values.Length} values instead of {count}");
        }

        /// <summary>Takes the next element: its tag, its bytes, and the padding to eight bytes.</summary>
        private ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> data, out int type)
        {
            uint tag = Unsigned(data);
            // A small element has its length in the tag's upper half and its bytes in the tag's second word.
            if (tag >> 16 is > 0 and var small)
            {
                type = (int)(tag & 0xFFFF);
                ReadOnlySpan<byte> inside = data.Slice(4, (int)small);
                data = data[8..];
                return inside;
            }

            type = (int)tag;
            int length = checked((int)Unsigned(data[4..]));
            ReadOnlySpan<byte> body = data.Slice(8, length);
            int padded = type == Compressed ? length : (length + 7) / 8 * 8;
            data = data[Math.Min(data.Length, 8 + padded)..];
            return body;
        }

        private double[] Values(ReadOnlySpan<byte> data, int type)
        {
            int size = type switch
            {
                1 or 2 => 1,
                3 or 4 => 2,
                5 or 6 or 7 => 4,
                9 or 12 or 13 => 8,
                _ =>
                throw new InvalidDataException($"numbers of type {type}")
            };
            var values = new double[data.Length / size];
            for (int i = 0; i < values.Length; i++)
                values[i] = Value(data.Slice(i * size, size), type);
            return values;
        }

        private double Value(ReadOnlySpan<byte> data, int type) => type switch
        {
            1 => (sbyte)data[0],
            2 => data[0],
            3 => littleEndian ? BinaryPrimitives.ReadInt16LittleEndian(data) : BinaryPrimitives.ReadInt16BigEndian(data),
            4 => littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(data) : BinaryPrimitives.ReadUInt16BigEndian(data),
            5 => (int)Unsigned(data),
            6 => Unsigned(data),
            7 => littleEndian ? BinaryPrimitives.ReadSingleLittleEndian(data) : BinaryPrimitives.ReadSingleBigEndian(data),
            9 => littleEndian ? BinaryPrimitives.ReadDoubleLittleEndian(data) : BinaryPrimitives.ReadDoubleBigEndian(data),
            12 => littleEndian ? BinaryPrimitives.ReadInt64LittleEndian(data) : BinaryPrimitives.ReadInt64BigEndian(data),
            _ => littleEndian ? BinaryPrimitives.ReadUInt64LittleEndian(data) : BinaryPrimitives.ReadUInt64BigEndian(data),
        };

        private uint Unsigned(ReadOnlySpan<byte> data) =>
            littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(data) : BinaryPrimitives.ReadUInt32BigEndian(data);

        private byte[] Inflate(ReadOnlySpan<byte> packed)
        {
            using var zlib = new ZLibStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            byte[] piece = new byte[1 << 16];
            for (int count; (count = zlib.Read(piece)) > 0;)
            {
                if ((_left -= count) < 0)
                    throw new InvalidDataException("its arrays are too large for lists of labels");
                plain.Write(piece, 0, count);
            }

            return plain.ToArray();
        }
    }
}

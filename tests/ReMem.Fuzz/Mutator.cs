using System.Text;

namespace ReMem.Fuzz;

/// <summary>Makes damaged and forged files of valid ones. What comes out is a function of seed and number alone.</summary>
/// <param name="seeds">The valid files.</param>
/// <param name="seed">Of the whole run.</param>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, int seed)
{
    private const int MaxLength = 1 << 17;

    private static readonly long[] Numbers =
        [0, 1, -1, 2, 127, 128, 255, 256, 32767, 32768, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 40, long.MaxValue,
            long.MinValue];

    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "null", "-1", "0", "1e999", "NaN", "4294967296", "9223372036854775807", "-9223372036854775808", "\"\"", "[]", "{}",
            "[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":", "\0",
            "../", "/", "\\", "\u001b[31m", "\u202e", "\u0085", "&a ", "*a", "<<: ", "? ", "- ", ": ", "true", "!!int ", "~", "'", "\"",
            "\n", "\r\n", "%", "#", ",", ";", "\t", "=", "\uffff",
        }.Select(Encoding.UTF8.GetBytes),
        [0xED, 0xA0, 0x80], [0xFF, 0xFE], [0xC0, 0x80],
    ];

    /// <summary>The input of a number. The first are the seeds themselves.</summary>
    public byte[] Input(int number)
    {
        if (number < seeds.Count)
            return seeds[number];
        var random = new Random(HashCode(seed, number));
        byte[] bytes = [.. seeds[random.Next(seeds.Count)]];
        for (int left = 1 + random.Next(random.Next(2) == 0 ? 2 : 8); left > 0; left--)
            bytes = Change(bytes, random);
        return bytes.Length <= MaxLength ? bytes : bytes[..MaxLength];
    }

    private static int HashCode(int seed, int number) => unchecked((int)((((uint)seed * 2654435761u) ^ (uint)number) * 2246822519u));

    private byte[] Change(byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
            return [.. Words[random.Next(Words.Length)]];
        int at = random.Next(bytes.Length), length = 1 + random.Next(Math.Min(64, bytes.Length - at));
        switch (random.Next(11))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2 or 3:
                return WithNumber(bytes, at, random);
            case 4:
                return bytes[..at];
            case 5:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 6:
                return [.. bytes[..at], .. Enumerable.Repeat(bytes[at..(at + length)], 1 + random.Next(8)).SelectMany(b => b),
                    .. bytes[at..]];
            case 7:
                return [.. bytes[..at], .. Words[random.Next(Words.Length)], .. bytes[at..]];
            case 8:
                return Replace(bytes, at, Words[random.Next(Words.Length)]);
            case 9:
                byte[] other = seeds[random.Next(seeds.Count)];
                int from = other.Length == 0 ? 0 : random.Next(other.Length);
                return [.. bytes[..at], .. other.AsSpan(from, Math.Min(other.Length - from, random.Next(2) == 0 ? other.Length : length))];
            default:
                return WithToken(bytes, at, random);
        }
    }

    /// <summary>Puts a telling number of one to eight bytes in a place, in either order of bytes.</summary>
    private static byte[] WithNumber(byte[] bytes, int at, Random random)
    {
        int size = 1 << random.Next(4);
        byte[] number = [.. BitConverter.GetBytes(random.Next(3) == 0
            ? bytes.Length + random.Next(-2, 3)
            : Numbers[random.Next(Numbers.Length)]).Take(size)];
        if (random.Next(2) == 0)
            Array.Reverse(number);
        return Replace(bytes, at, number);
    }

    /// <summary>Replaces a word or number of text, so that what is around it stays valid.</summary>
    private static byte[] WithToken(byte[] bytes, int at, Random random)
    {
        static bool IsWord(byte b) => b is (>= (byte)'0' and <= (byte)'9') or (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A'
            and <= (byte)'Z') or (byte)'.' or (byte)'-' or (byte)'_';
        int start = at, end = at;
        while (start > 0 && IsWord(bytes[start - 1]))
            start--;
        while (end < bytes.Length && IsWord(bytes[end]))
            end++;
        return [.. bytes[..start], .. Words[random.Next(Words.Length)], .. bytes[end..]];
    }

    private static byte[] Replace(byte[] bytes, int at, byte[] by)
    {
        by.AsSpan(0, Math.Min(by.Length, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
        return bytes;
    }
}

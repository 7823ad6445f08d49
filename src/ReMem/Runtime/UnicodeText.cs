using System.Globalization;
using System.Text;

namespace ReMem.Runtime;

/// <summary>
/// Normalises names that users and systems write in several Unicode forms. The program runs without ICU, where string.Normalize changes
/// nothing but ASCII, so that the pairs that compose are read from the Unicode Character Database.
/// </summary>
internal static class UnicodeText
{
    private const int LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7, SBase = 0xAC00, LCount = 19, VCount = 21, TCount = 28;
    private static readonly Lazy<Dictionary<(char, char), char>> Pairs = new(Read);

    /// <summary>
    /// The composed form: macOS writes an accent as a separate mark, and a Hangul syllable as its parts. Marks are taken in their given
    /// order.
    /// </summary>
    public static string Composed(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var composed = new StringBuilder(text.Length);
        // Index of the letter that marks may join; -1 where there is none.
        int starter = -1;
        foreach (char c in text)
        {
            if (starter >= 0 && Pair(composed[starter], c) is { } both)
            {
                composed[starter] = both;
                continue;
            }

            composed.Append(c);
            // A mark that does not compose blocks those after it.
            bool isMark = CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark;
            starter = isMark ? -1 : composed.Length - 1;
        }

        return composed.ToString();
    }

    private static char? Pair(char first, char second)
    {
        if (first - LBase is >= 0 and < LCount && second - VBase is >= 0 and < VCount)
            return (char)(SBase + ((((first - LBase) * VCount) + second - VBase) * TCount));
        if (first - SBase is >= 0 and < LCount * VCount * TCount && (first - SBase) % TCount == 0 && second - TBase is > 0 and < TCount)
            return (char)(first + second - TBase);
        return Pairs.Value.TryGetValue((first, second), out char both) ? both : null;
    }

    private static Dictionary<(char, char), char> Read()
    {
        using Stream stream = typeof(UnicodeText).Assembly.GetManifestResourceStream("unicode-compositions.txt")!;
        using var reader = new StreamReader(stream);
        static char Of(string line, int at) => (char)ushort.Parse(line.AsSpan(at, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(l => (Of(l, 0), Of(l, 4)), l => Of(l, 8));
    }
}

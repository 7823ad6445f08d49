using System.Globalization;
using System.Text;

namespace ReMem.Runtime;

/// <summary>
/// Text of foreign files (names of files, classes, tensors, keys) for a terminal. What would steer it is written as \u001b and the like, which JSON reads
/// back as the same text: control characters, marks that turn the direction of writing, separators of lines, and halves of characters.
/// </summary>
internal static class PlainText
{
    private const int LongestMessage = 500;

    /// <summary>One line: line breaks are escaped, too.</summary>
    public static string Line(string text) => Escape(text, keepBreaks: false);

    /// <summary>Lines that are our own: their line feeds and tabs stay.</summary>
    public static string Lines(string text) => Escape(text, keepBreaks: true);

    /// <summary>A message that quotes a foreign file's names: one may be a megabyte, or break the line.</summary>
    public static string Message(string text) => WithoutControls(text.Length <= LongestMessage ? text : $"{text[..LongestMessage]}...");

    /// <summary>A foreign name for a message, each control character as a question mark.</summary>
    public static string WithoutControls(string name) => name.Any(char.IsControl) ? string.Concat(name.Select(c => char.IsControl(c) ? '?' : c)) : name;

    private static string Escape(string text, bool keepBreaks)
    {
        int first = 0;
        while (first < text.Length && IsPlain(text, first, keepBreaks))
            first++;
        if (first == text.Length)
            return text;
        var plain = new StringBuilder(text, 0, first, text.Length + 16);
        for (int i = first; i < text.Length; i++)
        {
            if (IsPlain(text, i, keepBreaks))
                plain.Append(text[i]);
            else
                plain.Append("\\u").Append(((int)text[i]).ToString("x4", CultureInfo.InvariantCulture));
        }

        return plain.ToString();
    }

    private static bool IsPlain(string text, int at, bool keepBreaks)
    {
        char c = text[at];
        if (c is >= ' ' and < '\u007f')
            return true;
        if (c is '\n' or '\t')
            return keepBreaks;
        // Windows' own line ends.
        if (c == '\r')
            return keepBreaks && at + 1 < text.Length && text[at + 1] == '\n';
        return char.GetUnicodeCategory(c) switch
        {
            UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
            // Joiners are part of emoji and of several scripts.
            UnicodeCategory.Format => c is '\u200c' or '\u200d' or '\u00ad',
            UnicodeCategory.Surrogate => char.IsHighSurrogate(c)
                ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])
                : at > 0 && char.IsHighSurrogate(text[at - 1]),
            _ => true,
        };
    }
}

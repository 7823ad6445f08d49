using System.Globalization;
using System.Text;

namespace ReMem.Runtime;

/// <summary>
/// Text from files of other programs (names of files, classes, tensors, keys) made safe for a terminal. Control characters, bidirectional
/// marks, line separators and lone surrogates are written as \u001b and the like, which JSON reads back as the same text.
/// </summary>
internal static class PlainText
{
    private const int MaxMessageLength = 500;

    /// <summary>One line: line breaks are also escaped.</summary>
    public static string Line(string text) => Escape(text, keepBreaks: false);

    /// <summary>Lines of our own: line feeds and tabs stay.</summary>
    public static string Lines(string text) => Escape(text, keepBreaks: true);

    /// <summary>A message that quotes names from a file: such a name may be a megabyte long, or break the line.</summary>
    public static string Message(string text) => WithoutControls(text.Length <= MaxMessageLength ? text : $"{text[..MaxMessageLength]}...");

    /// <summary>A name from a file for a message, each control character as a question mark.</summary>
    public static string WithoutControls(string name) =>
        name.Any(char.IsControl) ? string.Concat(name.Select(c => char.IsControl(c) ? '?' : c)) : name;

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

using System.Globalization;
using System.Text;

namespace ReMem.Runtime;

/// <summary>Command lines for pasting into bash: the program receives the same arguments again, and it is one line.</summary>
internal static class ShellCommand
{
    private const string Program = "remem";
    private const string Safe = "-_./=,:@%+";

    /// <summary>The command line that calls remem with these arguments.</summary>
    public static string Of(IEnumerable<string> arguments) => string.Join(' ', arguments.Select(Quote).Prepend(Program));

    /// <summary>One argument, quoted where bash would read it differently.</summary>
    public static string Quote(string argument)
    {
        if (argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || Safe.Contains(c, StringComparison.Ordinal)))
            return argument;
        return PlainText.Line(argument) == argument
            ? $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'"
            : Escaped(argument);
    }

    /// <summary>A file argument: a name that begins with a dash must not become an option.</summary>
    public static string QuoteFile(string file) => Quote(file.StartsWith('-') ? $"./{file}" : file);

    /// <summary>
    /// bash's $'...', for characters that would break the line or control the terminal. Bytes mean the same in every locale.
    /// </summary>
    private static string Escaped(string argument)
    {
        var text = new StringBuilder("$'");
        foreach (Rune rune in argument.EnumerateRunes())
        {
            string character = rune.ToString();
            if (character is "'" or @"\")
                text.Append('\\').Append(character);
            else if (character is "\n")
                text.Append(@"\n");
            else if (PlainText.Line(character) == character)
                text.Append(character);
            else
                text.Append(string.Concat(
                    Encoding.UTF8.GetBytes(character).Select(b => string.Create(CultureInfo.InvariantCulture, $@"\x{b:x2}"))));
        }

        return text.Append('\'').ToString();
    }
}

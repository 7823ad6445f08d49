using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ReMem.Runtime;

namespace ReMem.Cli;

/// <summary>
/// Errors of a command line: an unknown name comes first, with the nearest known one.
/// Other errors may follow from it.
/// </summary>
internal static class CommandLineErrors
{
    private const int ShortName = 2;

    /// <summary>One message per error, without its end of line; empty where there is none.</summary>
    /// <param name="parsed">The parsed command line.</param>
    /// <param name="given">The arguments themselves.</param>
    public static IReadOnlyList<string> Of(ParseResult parsed, IReadOnlyList<string> given)
    {
        string[] options = [.. given.TakeWhile(a => a != "--")];
        return UnknownCommand(parsed) is { } command ? [command]
            : UnknownOptions(parsed, options) is [_, ..] unknown ? unknown
            : [.. parsed.Errors.Select(e => e.Message)];
    }

    /// <summary>The word in the position of a command, whatever follows it.</summary>
    private static string? UnknownCommand(ParseResult parsed)
    {
        Command at = parsed.RootCommandResult.Command;
        foreach (Token token in parsed.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash))
        {
            if (token.Type == TokenType.Command)
                at = at.Subcommands.FirstOrDefault(c => c.Name == token.Value || c.Aliases.Contains(token.Value)) ?? at;
            else if (token.Type == TokenType.Argument && at.Subcommands.Count > 0 && !IsDashed(token.Value)
                && parsed.UnmatchedTokens.Contains(token.Value))
                return Unknown("command", token.Value, [.. at.Subcommands.Where(c => !c.Hidden).Select(c => c.Name)]);
        }

        return null;
    }

    /// <summary>Arguments that begin with a dash and are not an option: never used as a file, a key=value or an option's value.</summary>
    private static List<string> UnknownOptions(ParseResult parsed, string[] given)
    {
        string[] known = [.. Known(parsed.CommandResult)];
        var found = new List<string>();

        // With one dash the library reads a name as letters: -out would be -o with the value ut.
        string[] letters = [.. given.Where(a => IsDashed(a) && a[1] != '-' && known.Contains($"-{Name(a)}"))];
        found.AddRange(letters.Select(a => Unknown("option", Name(a), known)));
        string[] before = [.. parsed.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash)
            .Where(t => t.Type == TokenType.Argument).Select(t => t.Value)];
        IEnumerable<string> words = parsed.UnmatchedTokens.Concat(parsed.CommandResult.Children.OfType<ArgumentResult>()
            .Where(a => a.Argument.ValueType != typeof(int)).SelectMany(a => a.Tokens).Select(t => t.Value));
        foreach (string word in words.Where(w => IsDashed(w) && before.Contains(w)).Except(letters))
            found.Add($"{Unknown("option", Name(word), known)}\n  Put arguments that begin with '-' and are not options after --.");

        // "--out=-x" marks it as a value, "--out -x" does not.
        foreach (OptionResult option in parsed.CommandResult.Children.OfType<OptionResult>())
        {
            IEnumerable<string> values = option.Tokens.Select(t => t.Value).Where(v => IsDashed(v) && !IsNumber(v) && given.Contains(v));
            foreach (string value in values.Except(letters))
            {
                string whole = ShellCommand.Quote($"{option.Option.Name}={value}");
                found.Add($"{Unknown("option", Name(value), known)}\n  As the value of {option.Option.Name} it is given as {whole}.");
            }
        }

        return found;
    }

    private static bool IsDashed(string argument) => argument.Length > 1 && argument[0] == '-';

    private static bool IsNumber(string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    /// <summary>"--name" of "--name=value" and "--name:value".</summary>
    private static string Name(string argument) => argument.IndexOfAny(['=', ':']) is > 0 and var end ? argument[..end] : argument;

    /// <summary>The names of a command's options, including recursive options of its parents.</summary>
    private static IEnumerable<string> Known(CommandResult command)
    {
        for (CommandResult? at = command; at is not null; at = at.Parent as CommandResult)
        {
            foreach (Option option in at.Command.Options.Where(o => !o.Hidden && (o.Recursive || at == command)))
            {
                yield return option.Name;
                foreach (string alias in option.Aliases)
                    yield return alias;
            }
        }
    }

    private static string Unknown(string kind, string name, IReadOnlyList<string> known) =>
        $"Unknown {kind} '{PlainText.Line(name)}'{(Nearby(name, known) is { } nearest ? $"; did you mean '{nearest}'?" : ".")}";

    /// <summary>
    /// The one that starts with the name, else the nearest. For a name of one or two letters, which is near to everything short, it must
    /// start equally.
    /// </summary>
    private static string? Nearby(string name, IReadOnlyList<string> known)
    {
        string bare = name.TrimStart('-');
        string[] names = [.. known.Where(k => k.TrimStart('-').Length > 1)];
        string[] begun = [.. names.Where(k => k.TrimStart('-').StartsWith(bare, StringComparison.OrdinalIgnoreCase))];
        if (begun is [var only])
            return only;
        if (begun.FirstOrDefault(k => k.TrimStart('-').Length == bare.Length) is { } same)
            return same;
        return Nearest.To(
            name.StartsWith('-') ? $"--{bare}" : name,
            bare.Length > ShortName ? names : names.Where(k => bare.Length > 1 && k.TrimStart('-')[0] == bare[0]));
    }
}

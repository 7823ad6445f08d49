using System.Text.RegularExpressions;

namespace ReMem.Weights.Families;

/// <summary>A pattern of tensor names: <c>#</c> is a number, <c>*</c> the rest. The same signs in another pattern take what they stood for.</summary>
internal sealed class NamePattern
{
    private readonly Regex _regex;

    /// <summary>Creates the pattern.</summary>
    public NamePattern(string pattern)
    {
        string escaped = Regex.Escape(pattern).Replace("\\#", "([0-9]{1,4})", StringComparison.Ordinal).Replace("\\*", "(.+)", StringComparison.Ordinal);
        _regex = new Regex($"^{escaped}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    /// <summary>What the signs stand for in a name, in order; null where it does not fit.</summary>
    public string[]? Match(string name)
    {
        Match match = _regex.Match(name);
        return match.Success ? [.. match.Groups.Values.Skip(1).Select(g => g.Value)] : null;
    }

    /// <summary>A pattern with its signs replaced.</summary>
    public static string Fill(string pattern, IReadOnlyList<string> parts)
    {
        var text = new System.Text.StringBuilder();
        int next = 0;
        foreach (char c in pattern)
            text.Append(c is '#' or '*' ? parts[next++] : c);
        return text.ToString();
    }
}

using System.Text;

namespace ReMem.Weights.Families;

/// <summary>
/// A pattern of tensor names: <c>#</c> is a number of up to four digits, <c>*</c> the rest, at the end. The same signs in another pattern
/// are replaced by what they matched.
/// </summary>
/// <param name="pattern">The pattern.</param>
internal sealed class NamePattern(string pattern)
{
    private const int MaxDigits = 4;

    /// <summary>What the signs match in a name, in order; null where the name does not match.</summary>
    public IReadOnlyList<string>? Match(string name)
    {
        List<string>? parts = null;
        int at = 0;
        foreach (char c in pattern)
        {
            int length = c switch
            {
                '#' => name.AsSpan(at).IndexOfAnyExceptInRange('0', '9') is var digits && digits < 0 ? name.Length - at : digits,
                '*' => name.Length - at,
                _ => at < name.Length && name[at] == c ? 1 : 0,
            };
            if (length == 0 || (c == '#' && length > MaxDigits))
                return null;
            if (c is '#' or '*')
                (parts ??= []).Add(name.Substring(at, length));
            at += length;
        }

        return at == name.Length ? parts ?? [] : null;
    }

    /// <summary>A pattern with its signs replaced.</summary>
    public static string Fill(string pattern, IReadOnlyList<string> parts)
    {
        var text = new StringBuilder();
        int next = 0;
        foreach (char c in pattern)
            _ = c is '#' or '*' ? text.Append(parts[next++]) : text.Append(c);
        return text.ToString();
    }
}

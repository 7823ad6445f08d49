using System.Text.RegularExpressions;

namespace ReMem.Runtime;

/// <summary>A setting of the form "name" or "name(argument,argument)".</summary>
/// <param name="Name">As written.</param>
/// <param name="Arguments">Trimmed; none without brackets, and one empty one in empty brackets.</param>
internal sealed partial record CallForm(string Name, IReadOnlyList<string> Arguments)
{
    /// <summary>Takes it apart; null where it has another form.</summary>
    public static CallForm? TryRead(string text)
    {
        Match match = Form().Match(text.Trim());
        if (!match.Success)
            return null;
        Group arguments = match.Groups["arguments"];
        return new CallForm(match.Groups["name"].Value,
            arguments.Success ? arguments.Value.Split(',', StringSplitOptions.TrimEntries) : []);
    }

    /// <inheritdoc/>
    public override string ToString() => Arguments.Count == 0 ? Name : $"{Name}({string.Join(',', Arguments)})";

    [GeneratedRegex(@"^(?<name>[a-z_]+)\s*(\((?<arguments>[^()]*)\))?$", RegexOptions.IgnoreCase)]
    private static partial Regex Form();
}

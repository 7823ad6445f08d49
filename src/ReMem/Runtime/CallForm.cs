using System.Globalization;
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
        return new CallForm(match.Groups["name"].Value, arguments.Success ? arguments.Value.Split(',', StringSplitOptions.TrimEntries) : []);
    }

    /// <summary>The number that an argument says.</summary>
    /// <param name="index">Which argument.</param>
    /// <param name="name">What it is called in errors.</param>
    /// <param name="least">The smallest allowed.</param>
    /// <param name="most">The largest allowed.</param>
    /// <param name="key">The setting's key.</param>
    /// <param name="remedy">What to write instead.</param>
    /// <exception cref="InputException">It is no number, or out of its range.</exception>
    public double Number(int index, string name, double least, double most, string key, string remedy) =>
        double.TryParse(Arguments[index], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most
            ? value
            : throw new InputException(FormattableString.Invariant($"In '{this}', {name} is '{Arguments[index]}'; it must be between {least} and {most}."), key, remedy);

    /// <summary>The whole number that an argument says.</summary>
    /// <inheritdoc cref="Number"/>
    public int WholeNumber(int index, string name, int least, int most, string key, string remedy)
    {
        double value = Number(index, name, least, most, key, remedy);
        return value == Math.Floor(value) ? (int)value : throw new InputException($"In '{this}', {name} is '{Arguments[index]}'; it must be a whole number.", key, remedy);
    }

    /// <inheritdoc/>
    public override string ToString() => Arguments.Count == 0 ? Name : $"{Name}({string.Join(',', Arguments)})";

    [GeneratedRegex(@"^(?<name>[a-z_]+)\s*(\((?<arguments>[^()]*)\))?$", RegexOptions.IgnoreCase)]
    private static partial Regex Form();
}

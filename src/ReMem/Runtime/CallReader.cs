using System.Globalization;

namespace ReMem.Runtime;

/// <summary>
/// Reads a setting of the form "name" or "name(number,number)": every such setting is read here,
/// and its errors and help come from its shapes.
/// </summary>
/// <param name="kind">What the setting is, for messages: "sharpness policy".</param>
/// <param name="example">One that could be written.</param>
/// <param name="shapes">What it may be.</param>
internal sealed class CallReader<T>(string kind, string example, params IReadOnlyList<CallShape<T>> shapes)
{
    /// <summary>What it may be.</summary>
    public IReadOnlyList<SettingForm> Forms { get; } = [.. shapes.Select(s => new SettingForm(s.ToString(), s.Description))];

    /// <summary>The names without brackets.</summary>
    public IReadOnlyList<string> Names { get; } = [.. shapes.Select(s => s.Name)];

    /// <summary>
    /// Says of a number that it is none or out of its range, given what it is called and what was written;
    /// null says where the number stands.
    /// </summary>
    public Func<CallArgument, string, string>? Refusal { get; init; }

    /// <summary>What to write instead of a text that is none of them.</summary>
    public string Remedy => $"Write one of: {string.Join(", ", Forms)}; for example {example}.";

    /// <summary>Reads a text.</summary>
    /// <param name="text">The setting's.</param>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="InputException">The name is unknown, the numbers are not as many or none, or one is out of its range.</exception>
    public T Read(string text, string where)
    {
        if (CallForm.TryRead(text) is not { } form || !Fits(text))
            throw Unreadable(text, where);
        CallShape<T> shape = Named(form) ?? throw Nearest.Unknown(kind, form.Name, Names, where);
        return shape.Make([.. shape.Arguments.Select((argument, i) =>
            i < form.Arguments.Count ? Number(form, argument, form.Arguments[i], text, where) : argument.Default!.Value)]);
    }

    /// <summary>Whether a text is a name with as many numbers as it takes; an unknown name takes any.</summary>
    public bool Fits(string text) => CallForm.TryRead(text) is { } form && (Named(form)?.Takes(form.Arguments.Count) ?? true);

    private CallShape<T>? Named(CallForm form) => shapes.FirstOrDefault(s => s.Name == form.Name);

    private double Number(CallForm form, CallArgument argument, string given, string text, string where)
    {
        bool known = double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        bool within = known && value >= argument.Min && value <= argument.Max;
        if (within && (!argument.IsWhole || value == Math.Floor(value)))
            return value;
        if (argument.Max == double.MaxValue)
            throw Unreadable(text, where);
        if (Refusal is not null)
            throw new InputException(Refusal(argument, given), where, Remedy);
        string must = within ? "a whole number" : FormattableString.Invariant($"between {argument.Min} and {argument.Max}");
        throw new InputException($"In '{form}', {argument.Spoken} is '{given}'; it must be {must}.", where, Remedy);
    }

    private InputException Unreadable(string text, string where) => new($"The {kind} '{text}' cannot be read.", where, Remedy);
}

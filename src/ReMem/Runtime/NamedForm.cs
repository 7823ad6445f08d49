using System.Globalization;

namespace ReMem.Runtime;

/// <summary>A setting such as none, effective(0.999) or from(64,0.5): a name and numbers.</summary>
internal static class NamedForm
{
    /// <summary>Reads the text.</summary>
    /// <param name="text">The setting.</param>
    /// <param name="kind">What it is, for messages, such as "class weights".</param>
    /// <param name="forms">Each name with its defaults, which are as many as its numbers; a number whose default is NaN has to be given.</param>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="InputException">The name is unknown, or the numbers are not as many or none.</exception>
    public static (string Name, IReadOnlyList<double> Numbers) Parse(
        string text, string kind, IReadOnlyDictionary<string, double[]> forms, string where)
    {
        if (CallForm.TryRead(text ?? string.Empty) is not { } form)
            throw Unreadable();
        string name = form.Name;
        if (!forms.TryGetValue(name, out double[]? defaults))
            throw Nearest.Unknown(kind, name, [.. forms.Keys], where);
        IReadOnlyList<string> given = form.Arguments;
        if (given.Count > defaults.Length)
            throw Unreadable();
        double[] numbers = [.. defaults];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (i < given.Count && !double.TryParse(given[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
                throw Unreadable();
            if (!double.IsFinite(numbers[i]))
                throw Unreadable();
        }

        return (name, numbers);

        InputException Unreadable() => new($"The {kind} '{text}' cannot be read.", where, $"Write one of: {string.Join(", ", forms.Select(Sample))}.");
    }

    private static string Sample(KeyValuePair<string, double[]> form) => form.Value.Length == 0
        ? form.Key
        : $"{form.Key}({string.Join(',', form.Value.Select(d => double.IsNaN(d) ? "number" : d.ToString(CultureInfo.InvariantCulture)))})";
}

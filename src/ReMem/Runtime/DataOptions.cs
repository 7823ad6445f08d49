using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace ReMem.Runtime;

/// <summary>Checks the ranges that option records declare, with one-line errors.</summary>
internal static class DataOptions
{
    /// <summary>Checks every annotated property.</summary>
    /// <exception cref="InputException">A value is out of its range.</exception>
    public static void Validate(object options, string owner)
    {
        foreach (PropertyInfo property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            object? value = property.GetValue(options);
            if (value is not null && property.IsDefined(typeof(InlinedAttribute)))
                Validate(value, owner);
            if (Fault(property, value) is { } must)
                throw new InputException(FormattableString.Invariant($"The {owner} option {property.Name} is {value}."),
                    remedy: $"It {must}");
        }
    }

    /// <summary>What a value must be and is not, as the end of a sentence: "must be between 0 and 1."; null where it is right.</summary>
    /// <param name="property">Declares what is right.</param>
    /// <param name="value">What was given.</param>
    public static string? Fault(PropertyInfo property, object? value) =>
        property.GetCustomAttributes<ValidationAttribute>().FirstOrDefault(rule => !rule.IsValid(value)) is { } broken
            ? $"{Must(broken, property, value)}."
            : null;

    /// <summary>"one of adamw, lamb, sgd", and the one that was probably meant.</summary>
    /// <param name="text">What was given.</param>
    /// <param name="known">What may be.</param>
    public static string OneOf(string text, IReadOnlyList<string> known) =>
        $"one of {string.Join(", ", known)}" + (Nearest.To(text, known) is { } nearest ? $"; did you mean '{nearest}'?" : string.Empty);

    private static string Must(ValidationAttribute rule, PropertyInfo property, object? value) => rule switch
    {
        RequiredAttribute => "must be given",
        RangeAttribute range => FormattableString.Invariant($"must be between {range.Minimum} and {range.Maximum}"),
        AllowedValuesAttribute allowed => $"must be {OneOf($"{value}", [.. allowed.Values.Select(v => $"{v}")])}",
        EnumDataTypeAttribute choice => $"must be {OneOf($"{value}", Enum.GetNames(choice.EnumType))}",
        MinLengthAttribute => "must not be empty",
        _ => rule.FormatErrorMessage(property.Name),
    };
}

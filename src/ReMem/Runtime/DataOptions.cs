using System.ComponentModel.DataAnnotations;

namespace ReMem.Runtime;

/// <summary>Checks the ranges that option records declare, with one-line errors.</summary>
internal static class DataOptions
{
    /// <summary>Checks every annotated property.</summary>
    /// <exception cref="InputException">A value is out of its range.</exception>
    public static void Validate(object options, string owner)
    {
        var results = new List<ValidationResult>();
        if (Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true))
            return;
        string property = results[0].MemberNames.First();
        object? value = options.GetType().GetProperty(property)!.GetValue(options);
        throw new InputException($"The {owner} option {property} is {value}.", remedy: results[0].ErrorMessage);
    }
}

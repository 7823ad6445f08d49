using System.ComponentModel.DataAnnotations;

namespace ReMem.Data.Views;

/// <summary>Accepts the names of policies.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AugmentationNameAttribute : ValidationAttribute
{
    public AugmentationNameAttribute()
        : base($"must be {string.Join(", ", Augmentation.Forms)}")
    {
    }

    public override bool IsValid(object? value)
    {
        try
        {
            return value is string name && Augmentation.Parse(name) is var _;
        }
        catch (InputException)
        {
            return false;
        }
    }
}

using System.ComponentModel.DataAnnotations;
using ReMem.Runtime;

namespace ReMem.Data.Views;

/// <summary>
/// What happens to a training view after its crop. An augmentation is a property here, and one line where views are made, in the place
/// where it takes effect: trainings, recipes, help and the teacher cache's key take it from here.
/// </summary>
public record ViewPolicy
{
    /// <summary>
    /// Strength of brightness, contrast and saturation jitter, 0 to 1: each factor is uniform in 1 - s to 1 + s. Default 0.
    /// </summary>
    [Range(0.0, 1)]
    public double ColorJitter { get; init; }

    /// <summary>Chance of a horizontal flip, 0 to 1. Default 0.5.</summary>
    [Range(0.0, 1)]
    public double HorizontalFlip { get; init; } = 0.5;

    /// <summary>
    /// The policy after crop and flip: none; timm's RandAugment string, as rand-m9-mstd0.5-inc1; trivial (TrivialAugment, wide); three
    /// (3-Augment of DeiT III, with a colour jitter of 0.3). Default none.
    /// </summary>
    [AugmentationName]
    [ReadAs<Augmentation>]
    public string Augmentation { get; init; } = "none";

    /// <summary>Chance that a view turns grey, 0 to 1. Default 0.</summary>
    [Range(0.0, 1)]
    public double Grayscale { get; init; }

    /// <summary>Chance of a Gaussian blur of 0.1 to 2 pixels, 0 to 1. Default 0.</summary>
    [Range(0.0, 1)]
    public double Blur { get; init; }

    /// <summary>Chance that a rectangle of 2 % to a third of the view becomes noise, 0 to 1. Default 0.</summary>
    [Range(0.0, 1)]
    public double RandomErasing { get; init; }
}

using ReMem.Teachers;
using ReMem.Training;

namespace ReMem.Projects;

/// <summary>Which teacher is fine-tuned, and how.</summary>
public sealed record FineTuneOptions
{
    /// <summary>timm's name of a ViT. Default deit_tiny_patch16_224.</summary>
    public string Model { get; init; } = "deit_tiny_patch16_224";

    /// <summary>
    /// Pretrained weights: a file, hf-hub:owner/name, local-dir:DIR, an https address, or "auto" for timm's on the hub. Default null: none.
    /// </summary>
    public string? Weights { get; init; }

    /// <summary>Side of the views in pixels, 8 to 2048. Default 224.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>What makes it keep more. Default Standard.</summary>
    public TeacherPreparations Preparation { get; init; }

    /// <summary>
    /// Radius, sharpness and reweighting, which the preparations Sam and Reweighted take. Default: radius 0.05, and the reweighting of
    /// recipes.
    /// </summary>
    public TeacherOptions Options { get; init; } = new() { Rho = 0.05, Reweighting = TeacherPreparation.UsualReweighting };

    /// <summary>Epochs, rates, augmentation.</summary>
    public TrainingOptions Training { get; init; } = new();
}

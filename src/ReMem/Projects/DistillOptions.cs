using ReMem.Distillation;
using ReMem.Training;

namespace ReMem.Projects;

/// <summary>Which student is trained, and what it learns from.</summary>
public sealed record DistillOptions
{
    /// <summary>timm's name. Default mobilenetv3_small_100.</summary>
    public string Model { get; init; } = "mobilenetv3_small_100";

    /// <summary>Weights to start from, as of <see cref="FineTuneOptions.Weights"/>. Default null: from scratch.</summary>
    public string? Weights { get; init; }

    /// <summary>
    /// Folders of the teachers that <see cref="ReMemProject.FineTuneAsync"/> wrote, or hf-hub:owner/name; several are averaged. Default
    /// none: labels alone.
    /// </summary>
    public IReadOnlyList<string> Teachers { get; init; } = [];

    /// <summary>Side of the views in pixels, 8 to 2048. Default: the teacher's, else 224.</summary>
    public int? ImageSize { get; init; }

    /// <summary>The objective with a teacher.</summary>
    public DistillationOptions Distillation { get; init; } = new();

    /// <summary>Epochs, rates, augmentation.</summary>
    public TrainingOptions Training { get; init; } = new();
}

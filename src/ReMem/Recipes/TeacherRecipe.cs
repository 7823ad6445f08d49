using System.ComponentModel.DataAnnotations;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Training;

namespace ReMem.Recipes;

/// <summary>The teacher of a recipe.</summary>
internal sealed record TeacherRecipe
{
    /// <summary>timm's name of a ViT. Default deit_tiny_patch16_224.</summary>
    public string Model { get; init; } = "deit_tiny_patch16_224";

    /// <summary>Pretrained weights, in any format of docs/weights.md: a file (relative to the working directory), local-dir:DIR,
    /// hf-hub:owner/name[@revision], an https address, or "auto": timm's on the hub; none starts from scratch.</summary>
    public string? Weights { get; init; }

    /// <summary>What the model's names begin with in that file, such as "student."; '' is nothing. Default: it is found, and of several
    /// networks that fit the averaged weights or the teacher's are taken.</summary>
    public string? WeightsPrefix { get; init; }

    /// <summary>Side of the teacher's views in pixels, 8 to 2048. Default data.image_size.</summary>
    [Range(8, 2048)]
    public int? ImageSize { get; init; }

    /// <summary>What the methods that perturb or reweight take, each its own part.</summary>
    [Inlined]
    public TeacherOptions Options { get; init; } = new() { Rho = 0.05, Reweighting = TeacherPreparation.UsualReweighting };

    /// <summary>What the methods mcmi and consistent take.</summary>
    [Inlined]
    public PreparationOptions Preparation { get; init; } = new();

    /// <summary>Epochs of each trial of the method or the policy auto, 1 to 1000. Default 1.</summary>
    [Range(1, 1000)]
    public int AutoEpochs { get; init; } = 1;

    /// <summary>How every teacher is fine-tuned.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>What counts for every method: all but what a method takes and how 'auto' is tried, which are at their defaults.</summary>
    internal TeacherRecipe Common => this with
    {
        Options = new TeacherOptions(),
        Preparation = new PreparationOptions(),
        AutoEpochs = new TeacherRecipe().AutoEpochs,
    };

    /// <summary>What a method does to the teacher; null where it has none.</summary>
    internal TeacherPreparation? Prepared(TeacherMethod method) => method.Preparation(Options, Preparation);
}

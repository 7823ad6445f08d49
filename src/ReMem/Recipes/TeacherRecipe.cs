using System.ComponentModel.DataAnnotations;
using ReMem.Training;

namespace ReMem.Recipes;

/// <summary>The teacher of a recipe.</summary>
internal sealed record TeacherRecipe
{
    /// <summary>timm's name of a ViT. Default deit_tiny_patch16_224.</summary>
    public string Model { get; init; } = "deit_tiny_patch16_224";

    /// <summary>Pretrained weights, in any format of docs/weights.md: a file (relative to the working directory), local-dir:DIR, hf-hub:owner/name[@revision] or an
    /// https address; none starts from scratch.</summary>
    public string? Weights { get; init; }

    /// <summary>What the model's names begin with in that file, such as "student."; '' is nothing. Default: it is found, and of several networks that fit the averaged
    /// weights or the teacher's are taken.</summary>
    public string? WeightsPrefix { get; init; }

    /// <summary>Side of the teacher's views in pixels, 8 to 2048. Default data.image_size.</summary>
    [Range(8, 2048)]
    public int? ImageSize { get; init; }

    /// <summary>SAM's radius of the methods sam and both, 0 (the plain gradient) to 10. Default 0.05.</summary>
    [Range(0.0, 10)]
    public double Rho { get; init; } = 0.05;

    /// <summary>ASAM instead of SAM. Default false.</summary>
    public bool Adaptive { get; init; }

    /// <summary>How the sharp gradient of the methods sam and both is found: sam, every(k), looksam(k,alpha), momentum(beta), msam(beta). Default sam.</summary>
    public string Sharpness { get; init; } = "sam";

    /// <summary>How that radius goes from step to step: constant, linear(start), cosine(start), lr. Default constant.</summary>
    public string RhoSchedule { get; init; } = "constant";

    /// <summary>Whether each micro-batch of training.accumulate perturbs by its own gradient. Default false.</summary>
    public bool MSharpness { get; init; }

    /// <summary>The policy of the methods reweighted and both; auto chooses one from short trials. Default top(4,0.5).</summary>
    public string Reweighting { get; init; } = "top(4,0.5)";

    /// <summary>Epochs of each trial of the policy auto, 1 to 1000. Default 1.</summary>
    [Range(1, 1000)]
    public int AutoEpochs { get; init; } = 1;

    /// <summary>How every teacher is fine-tuned.</summary>
    public TrainingOptions Training { get; init; } = new();
}

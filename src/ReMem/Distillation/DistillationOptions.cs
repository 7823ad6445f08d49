using System.ComponentModel.DataAnnotations;

namespace ReMem.Distillation;

/// <summary>The loss of a student: weight * objective(teacher, student; T) + (1 - weight) * cross-entropy with the labels (Hinton 2015).</summary>
public sealed record DistillationOptions
{
    /// <summary>
    /// The teacher's part: a sum of kl, standardized, dkd(alpha,beta), dist(beta,gamma), rkd(distance,angle), hint and cosine, each with a weight if
    /// wanted, such as "kl + 0.5*rkd(25,50)". See <see cref="DistillationObjective"/>. Default kl.
    /// </summary>
    public string Objective { get; init; } = "kl";

    /// <summary>Softens both outputs, 0.1 to 100. Default 1.</summary>
    [Range(0.1, 100)]
    public double Temperature { get; init; } = 1;

    /// <summary>Share of the teacher's part, 0 (labels alone) to 1 (teacher alone). Default 0.9. Without a teacher it counts as 0.</summary>
    [Range(0.0, 1)]
    public double Weight { get; init; } = 0.9;

    /// <summary>
    /// Weights the teacher's softened probabilities by class and scales them to 1 again, for long tails (balanced distillation, Zhang 2021): "none";
    /// "effective(beta)", beta of 0 to below 1, the paper's, 0.999 where left out; "inverse". Default none.
    /// </summary>
    public string TargetWeights { get; init; } = "none";

    /// <summary>
    /// How many different views an image has before they come round again, 0 to 10000; 0 never repeats one. The teacher runs once a view, so
    /// fewer views cost less. The plain student sees the same views. Default 0.
    /// </summary>
    [Range(0, 10000)]
    public int Views { get; init; }

    /// <summary>How many views an image has that come round again within a training of that length; 0 where none does.</summary>
    public int RecycledViews(int epochs) => Views < epochs ? Views : 0;
}

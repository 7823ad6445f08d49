using System.ComponentModel.DataAnnotations;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Runtime;
using ReMem.Training;

namespace ReMem.Distillation;

/// <summary>
/// The loss of a student: weight * objective(teacher, student; T) + (1 - weight) * cross-entropy with the labels (Hinton 2015).
/// </summary>
public sealed record DistillationOptions
{
    /// <summary>
    /// The teacher's part: a sum of kl, hard, standardized, dkd(alpha,beta), dist(beta,gamma), rkd(distance,angle), hint, cosine,
    /// tokens and
    /// attention(distributions,relations), each with a weight if wanted, such as "kl + 0.5*rkd(25,50)". See
    /// <see cref="Losses.DistillationObjective"/>. Default kl.
    /// </summary>
    [ReadAs<DistillationObjective>]
    public string Objective { get; init; } = "kl";

    /// <summary>Softens both outputs, 0.1 to 100. Default 1.</summary>
    [Range(0.1, 100)]
    public double Temperature { get; init; } = 1;

    /// <summary>
    /// Share of the teacher's part, 0 (labels alone) to 1 (teacher alone). Default 0.9. Without a teacher it counts as 0.
    /// </summary>
    [Range(0.0, 1)]
    public double Weight { get; init; } = 0.9;

    /// <summary>
    /// How that share goes from step to step: "constant"; "linear(start)" or "cosine(start)", from start, 0 to 1,
    /// at the first step to <see cref="Weight"/>
    /// at the last; "lr", with the learning rate, and <see cref="Weight"/> at its peak. At a share of 0 the teacher is not asked.
    /// Default constant.
    /// </summary>
    [ReadAs<WeightSchedule>]
    public string WeightSchedule { get; init; } = "constant";

    /// <summary>What is averaged where there are several teachers: "probabilities", softened, or "logits". Default probabilities.</summary>
    public TeacherAverage Average { get; init; }

    /// <summary>
    /// Weights the teacher's softened probabilities by class and scales them to 1 again, for long tails (balanced distillation,
    /// Zhang 2021): "none";
    /// "effective(beta)", beta of 0 to below 1, the paper's, 0.999 where left out; "inverse". Default none.
    /// </summary>
    [ReadAs<ClassWeights>]
    public string TargetWeights { get; init; } = "none";

    /// <summary>
    /// How many different views an image has before they repeat, 0 to 10000; 0 never repeats one. The teacher runs once a view, so
    /// fewer views cost less. Mixed images repeat in the batches that they were mixed in. The plain student sees the same views. Default 0.
    /// </summary>
    [Range(0, 10000)]
    public int Views { get; init; }

    /// <summary>
    /// Where the teacher's outputs are kept on disk, for this student and later ones (docs/cache.md): "none" keeps them in memory at most;
    /// "auto" in the
    /// user's cache folder where views are recycled, since only then they are used again within a training; any other text is a folder,
    /// which keeps those of every view. Default auto.
    /// </summary>
    [Required]
    public string Cache { get; init; } = Auto;

    /// <summary>
    /// The largest logits of an image that are kept on disk, 0 to 65535; 0 keeps all of them. The others share the remaining mass evenly.
    /// Default 0.
    /// </summary>
    [Range(0, 65535)]
    public int CacheTopK { get; init; }

    /// <summary>
    /// What the teacher's own pass computes in: fp32, or bf16, bfloat16 for products with float32 weights, which moves its logits by some
    /// thousandths. Faster only on processors with bfloat16 products. Default fp32.
    /// </summary>
    [EnumDataType(typeof(Precision))]
    public Precision TeacherPrecision { get; init; }

    /// <summary>The <see cref="Cache"/> that keeps nothing on disk.</summary>
    internal const string None = "none";

    /// <summary>The <see cref="Cache"/> that chooses its folder.</summary>
    internal const string Auto = "auto";

    /// <summary>The <see cref="WeightSchedule"/>, read.</summary>
    /// <exception cref="InputException">It cannot be, or its start is out of range.</exception>
    internal SettingSchedule Share => Distillation.WeightSchedule.Parse(WeightSchedule);

    /// <summary>Whether a teacher has a share in any step's loss.</summary>
    internal bool AsksTeacher => Share.Largest(Weight) > 0;

    /// <summary>Refuses an objective that such a training has no labels for.</summary>
    /// <param name="training">The student's.</param>
    /// <exception cref="InputException">It mixes images, and the objective needs one label an image.</exception>
    internal void RequireFit(TrainingOptions training)
    {
        DistillationObjective objective = DistillationObjective.Parse(Objective);
        if (objective.NeedsLabels && training.MixupAlpha + training.CutmixAlpha > 0)
        {
            throw new InputException(
                $"The objective '{objective}' needs one label an image, and mixup or cutmix gives two.",
                "student.distillation.objective",
                "Use kl or dist with mixed images.");
        }
    }

    /// <summary>How many views of an image a training of that length shows.</summary>
    internal int ShownViews(int epochs) => Views == 0 ? epochs : Math.Min(Views, epochs);

    /// <summary>
    /// How many different views an image has where they repeat within a training of that length; 0 where no view repeats.
    /// </summary>
    internal int RecycledViews(int epochs) => Views < epochs ? Views : 0;
}

using System.ComponentModel.DataAnnotations;
using ReMem.Distillation;
using ReMem.Distillation.Losses;
using ReMem.Teachers;
using ReMem.Training;

namespace ReMem.Recipes;

/// <summary>The student of a recipe.</summary>
internal sealed record StudentRecipe
{
    /// <summary>timm's name. Default mobilenetv3_small_100.</summary>
    public string Model { get; init; } = "mobilenetv3_small_100";

    /// <summary>Weights to start from, named as the teacher's; none starts from scratch.</summary>
    public string? Weights { get; init; }

    /// <summary>What the model's names begin with in that file, as the teacher's. Default: it is found.</summary>
    public string? WeightsPrefix { get; init; }

    /// <summary>
    /// Side of the student's views in pixels, 8 to 2048. Where the teacher's is another, it sees the very same crop at its own.
    /// Default data.image_size.
    /// </summary>
    [Range(8, 2048)]
    public int? ImageSize { get; init; }

    /// <summary>
    /// Further teachers, whose outputs are averaged with those of the method's own: model folders (relative to the working directory) or
    /// hf-hub:owner/name, of the data set's classes and of the teacher's image size. Students without a teacher have none of them either.
    /// Default none.
    /// </summary>
    public IReadOnlyList<string> FurtherTeachers { get; init; } = [];

    /// <summary>How every student is trained, with or without a teacher.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>The objective with a teacher.</summary>
    public DistillationOptions Distillation { get; init; } = new();

    /// <summary>The student as it is trained with a method's teacher.</summary>
    internal StudentRecipe TaughtBy(TeacherMethod method) => !method.TeachesClassOnly ? this : this with
    {
        Distillation = Distillation with
        {
            Objective = LossTerms.PseudoLabels,
            Weight = 1,
            WeightSchedule = new DistillationOptions().WeightSchedule,
        },
    };
}

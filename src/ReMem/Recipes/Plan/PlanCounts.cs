using ReMem.Recipes.Stages;
using ReMem.Training;

namespace ReMem.Recipes.Plan;

/// <summary>The size of the work, from data and recipe.</summary>
/// <param name="Train">Training images.</param>
/// <param name="Validation">Validation images.</param>
/// <param name="Test">Test images.</param>
/// <param name="Classes">Classes.</param>
internal sealed record PlanCounts(int Train, int Validation, int Test, int Classes)
{
    /// <summary>Images without labels, from which students learn.</summary>
    public int Unlabelled { get; init; }

    /// <summary>Images of a student's epoch.</summary>
    public int StudentTrain => Train + Unlabelled;

    /// <summary>Images of all splits.</summary>
    public int All => Train + Unlabelled + Validation + Test;

    /// <summary>Counts a data set.</summary>
    public static PlanCounts Of(PreparedData data) =>
        new(data.Dataset.Train.Count, data.Dataset.Validation.Count, data.Dataset.Test.Count, data.Dataset.Classes.Count)
        {
            Unlabelled = data.Unlabelled?.Images.Count ?? 0,
        };

    /// <summary>Batches as the loader makes them: an incomplete last batch is dropped, unless it is the only one.</summary>
    public static int Batches(int images, TrainingOptions training) => Math.Max(1, images / training.BatchSize);

    /// <summary>Validations in the epochs after <paramref name="done"/>.</summary>
    public static int Validations(TrainingOptions training, int done) =>
        Enumerable.Range(1, training.Epochs).Count(e => e > done && (e % training.ValidateEvery == 0 || e == training.Epochs));
}

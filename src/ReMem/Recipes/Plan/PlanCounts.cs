using ReMem.Training;

namespace ReMem.Recipes.Plan;

/// <summary>The size of the work, from data and recipe.</summary>
/// <param name="Train">Training images.</param>
/// <param name="Validation">Validation images.</param>
/// <param name="Test">Test images.</param>
/// <param name="Classes">Classes.</param>
internal sealed record PlanCounts(int Train, int Validation, int Test, int Classes)
{
    /// <summary>Images of all splits.</summary>
    public int All => Train + Validation + Test;

    /// <summary>Counts a data set.</summary>
    public static PlanCounts Of(Data.Sources.ImageDataset data) =>
        new(data.Train.Count, data.Validation.Count, data.Test.Count, data.Classes.Count);

    /// <summary>Batches as the loader makes them: an incomplete last batch is dropped, unless it is the only one.</summary>
    public int Batches(TrainingOptions training) => Math.Max(1, Train / training.BatchSize);

    /// <summary>Validations in the epochs after <paramref name="done"/>.</summary>
    public static int Validations(TrainingOptions training, int done) =>
        Enumerable.Range(1, training.Epochs).Count(e => e > done && (e % training.ValidateEvery == 0 || e == training.Epochs));
}

using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using ReMem.Weights;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Stages;

/// <summary>The models that stages start from.</summary>
internal static class StageModels
{
    /// <summary>The seed of one purpose, such as "teacher", at a repetition.</summary>
    public static long Derive(int seed, string purpose) => new CounterRandom(seed, purpose).NextUInt32();

    /// <summary>A new model for the data set, of torch's present generator.</summary>
    /// <param name="name">timm's.</param>
    /// <param name="size">Side of its views in pixels; null is the data's.</param>
    /// <param name="training">Gives the stochastic depth.</param>
    /// <param name="data">Gives classes and crop.</param>
    public static ImageModel Untrained(string name, int? size, TrainingOptions training, PreparedData data) => ModelCatalogue.Create(
        // The folder that is written says how its model was evaluated, so that 'evaluate' and 'predict' see the same crop.
        ModelCatalogue.Info(name) with { CropPct = data.CropPct },
        new ModelOptions { NumClasses = data.Dataset.Classes.Count, ImageSize = size ?? data.ImageSize, DropPathRate = training.DropPath });

    /// <summary>A recipe's teacher before its fine-tuning.</summary>
    /// <param name="recipe">Model and weights.</param>
    /// <param name="training">Gives the stochastic depth.</param>
    /// <param name="seed">The repetition.</param>
    /// <param name="context">The data, and where weights are found.</param>
    /// <param name="stage">Named in progress.</param>
    public static ImageModel Teacher(TeacherRecipe recipe, TrainingOptions training, int seed, StageContext context, string stage) =>
        Load(Seeded(recipe.Model, recipe.ImageSize, training, seed, context), recipe.Weights, recipe.WeightsPrefix, context, stage);

    /// <summary>A recipe's student before its training.</summary>
    /// <param name="recipe">Model and weights.</param>
    /// <param name="seed">The repetition.</param>
    /// <param name="context">The data, and where weights are found.</param>
    /// <param name="stage">Named in progress.</param>
    public static ImageModel Student(StudentRecipe recipe, int seed, StageContext context, string stage) =>
        Load(Seeded(recipe.Model, recipe.ImageSize, recipe.Training, seed, context), recipe.Weights, recipe.WeightsPrefix, context, stage);

    private static ImageModel Seeded(string name, int? size, TrainingOptions training, int seed, StageContext context)
    {
        TorchSharp.torch.manual_seed(Derive(seed, "init"));
        return Untrained(name, size, training, context.Data);
    }

    private static ImageModel Load(ImageModel model, string? weights, string? prefix, StageContext context, string stage)
    {
        if (weights is null)
            return model;
        string file = context.Sources.ResolveFile(weights, context.Cancel);
        if (WeightSource.IsRemote(weights))
            context.Report(stage, $"{weights} is {file}");
        context.Report(stage, WeightLoader.Load(model, file, new WeightLoadOptions { Prefix = prefix }).ToString());
        return model;
    }
}

using ReMem.Information;
using ReMem.Models;
using ReMem.Teachers;
using ReMem.Training;

namespace ReMem.Recipes.Stages;

/// <summary>Fine-tunes a teacher: leaves a model folder with its result, and is skipped where that is there.</summary>
/// <param name="context">What the stages share.</param>
internal sealed class TeacherStage(StageContext context)
{
    /// <summary>Fine-tunes, or reads what an earlier run left.</summary>
    /// <param name="recipe">Model, weights and training.</param>
    /// <param name="options">What makes it remember; the reweighting 'auto' is chosen first.</param>
    /// <param name="information">The meter's budget for that choice.</param>
    /// <param name="seed">The repetition.</param>
    /// <param name="folder">Where it is left.</param>
    /// <param name="calibrated">Whether its logits are divided by a temperature at the end.</param>
    /// <returns>The teacher, which the caller disposes.</returns>
    public FinishedTeacher Run(
        TeacherRecipe recipe, TeacherOptions options, InformationMeterOptions information, int seed, StageFolder folder,
        bool calibrated = false)
    {
        if (folder.TryRead<TrainedResult>() is { } done)
            return new FinishedTeacher(done, folder, context.Load);
        ReweightingChoice? choice = null;
        if (ReweightingPolicy.Parse(options.Reweighting) is ReweightingPolicy.Auto)
        {
            choice = new ReweightingTrials(context).Choose(recipe, options, information, seed, folder);
            options = options with { Reweighting = choice.Policy };
        }

        ImageModel model = StageModels.Teacher(recipe, recipe.Training, seed, context, folder.Name);
        using var training = new StageTraining(context, model, folder);
        TrainingResult result = FineTune(training, recipe.Training, options, seed, context);
        return training.FinishTeacher(result, choice, calibrated ? training.Calibrate(result) : null);
    }

    /// <summary>Fine-tunes a model in place.</summary>
    /// <param name="training">The model and its folder.</param>
    /// <param name="settings">How.</param>
    /// <param name="options">What makes it remember.</param>
    /// <param name="seed">The repetition.</param>
    /// <param name="context">What the stages share.</param>
    public static TrainingResult FineTune(
        StageTraining training, TrainingOptions settings, TeacherOptions options, int seed, StageContext context)
    {
        long derived = StageModels.Derive(seed, "teacher");
        TrainingJob job = training.Job(context.Data.Training(settings, training.Model, derived), derived);
        return new TeacherFineTuner(settings, options).Run(job, context.Cancel);
    }
}

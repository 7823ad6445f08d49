using System.Diagnostics;
using ReMem.Data.Sources;
using ReMem.Evaluation;
using ReMem.Information;
using ReMem.Models;
using ReMem.Teachers;
using ReMem.Training;

namespace ReMem.Recipes.Stages;

/// <summary>
/// The short fine-tunings by which the policy 'auto' chooses a reweighting. What is measured is kept,
/// so that an interrupted choice goes on.
/// </summary>
/// <param name="context">What the stages share.</param>
internal sealed class ReweightingTrials(StageContext context)
{
    private ImageDataset Dataset => context.Data.Dataset;

    /// <summary>Fine-tunes shortly with each candidate, measures on validation, and chooses.</summary>
    /// <param name="recipe">Model, weights, training and the length of a trial.</param>
    /// <param name="options">The teacher's, but for the reweighting.</param>
    /// <param name="information">The meter's budget.</param>
    /// <param name="seed">The repetition.</param>
    /// <param name="folder">The teacher's, in which the trials have theirs.</param>
    /// <exception cref="InputException">The model has no blocks to reweight.</exception>
    public ReweightingChoice Choose(
        TeacherRecipe recipe, TeacherOptions options, InformationMeterOptions information, int seed, StageFolder folder)
    {
        TrainingOptions budget = recipe.Training with
        {
            Epochs = recipe.AutoEpochs,
            ValidateEvery = recipe.AutoEpochs,

            // A warm-up made for the whole length would leave a short trial no time at the peak.
            WarmupEpochs = Math.Min(recipe.Training.WarmupEpochs, recipe.AutoEpochs / 2.0),
        };
        int depth = ModelCatalogue.ShapeOf(recipe.Model)?.Depth ?? throw ReweightingPolicy.NoBlocks(recipe.Model);
        using MeterImages images = context.Pixels.Images(Dataset.Validation, ModelCatalogue.Info(recipe.Model), information);
        var trials = new List<ReweightingTrial>();
        foreach (ReweightingPolicy policy in ReweightingPolicy.Auto.Candidates(depth))
        {
            StageFolder place = folder.Trial(policy);
            if (place.TryRead<ReweightingTrial>() is not { } trial)
            {
                trial = Try(recipe, budget, options with { Reweighting = policy.ToString()! }, images, seed, place);
                place.Finish(trial);
            }

            Interval kept = trial.Information;
            context.Report(place.Name, FormattableString.Invariant(
                $"val top-1 {100 * trial.ValidationTop1:0.0} %, I_hat of the logits {kept.Mean:0.0000} ± {kept.HalfWidth ?? 0:0.0000}"));
            trials.Add(trial);
        }

        ReweightingChoice choice = ReweightingChooser.Choose(trials, Dataset.Validation.Count, recipe.AutoEpochs);
        context.Report(folder.Name, choice.Reason);
        return choice;
    }

    private ReweightingTrial Try(
        TeacherRecipe recipe, TrainingOptions budget, TeacherOptions options, MeterImages images, int seed, StageFolder place)
    {
        var clock = Stopwatch.StartNew();
        ImageModel model = StageModels.Teacher(recipe, budget, seed, context, place.Name);
        using var training = new StageTraining(context, model, place);
        TrainingResult done = TeacherStage.FineTune(training, budget, options, seed, context);
        using ModelOutputs train = context.Answers(model, Dataset.Train);
        using ModelOutputs validation = training.Validation(done);
        InformationResult kept = InformationMeter.Measure(train.Logits, validation.Logits, images, context.Cancel);
        return new ReweightingTrial(options.Reweighting, validation.Top1(), kept.NatsPerChannel, clock.Elapsed.TotalSeconds);
    }
}

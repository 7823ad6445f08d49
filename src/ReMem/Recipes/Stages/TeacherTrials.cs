using System.Diagnostics;
using ReMem.Data.Sources;
using ReMem.Evaluation;
using ReMem.Information;
using ReMem.Models;
using ReMem.Teachers;
using ReMem.Training;

namespace ReMem.Recipes.Stages;

/// <summary>
/// The short fine-tunings by which 'auto' chooses gradient and reweighting, or the reweighting alone. What is measured is kept,
/// so that an interrupted choice goes on.
/// </summary>
/// <param name="context">What the stages share.</param>
internal sealed class TeacherTrials(StageContext context)
{
    private ImageDataset Dataset => context.Data.Dataset;

    /// <summary>Fine-tunes shortly with each candidate, measures on validation, and chooses.</summary>
    /// <param name="recipe">Model, weights, training and the length of a trial.</param>
    /// <param name="candidates">What is chosen from, the plain one first.</param>
    /// <param name="information">The meter's budget.</param>
    /// <param name="seed">The repetition.</param>
    /// <param name="folder">The teacher's, in which the trials have theirs.</param>
    public TeacherChoice Choose(
        TeacherRecipe recipe, IReadOnlyList<TeacherCandidate> candidates, InformationMeterOptions information, int seed,
        StageFolder folder)
    {
        TrainingOptions budget = recipe.Training with
        {
            Epochs = recipe.AutoEpochs,
            ValidateEvery = recipe.AutoEpochs,

            // A warm-up made for the whole length would leave a short trial no time at the peak.
            WarmupEpochs = Math.Min(recipe.Training.WarmupEpochs, recipe.AutoEpochs / 2.0),
        };
        using MeterImages images = context.Pixels.Images(Dataset.Validation, ModelCatalogue.Info(recipe.Model), information);
        var trials = new List<TeacherTrial>();
        foreach (TeacherCandidate candidate in candidates)
        {
            StageFolder place = folder.Trial(candidate);
            if (place.TryRead<TeacherTrial>() is not { } trial)
            {
                trial = Try(recipe, budget, candidate, images, seed, place);
                place.Finish(trial);
            }

            Interval kept = trial.Information;
            context.Report(place.Name, FormattableString.Invariant(
                $"val top-1 {100 * trial.ValidationTop1:0.0} %, I_hat of the logits {kept.Mean:0.0000} ± {kept.HalfWidth ?? 0:0.0000}"));
            trials.Add(trial);
        }

        TeacherChoice choice = TrialChooser.Choose(trials, Dataset.Validation.Count, recipe.AutoEpochs);
        context.Report(folder.Name, choice.Reason);
        return choice;
    }

    /// <summary>Measures the epochs of a training that were kept, chooses one, and leaves its weights in the model.</summary>
    /// <param name="model">At the end of its training.</param>
    /// <param name="epochs">Its kept epochs.</param>
    /// <param name="information">The meter's budget.</param>
    /// <param name="folder">The teacher's.</param>
    /// <returns>The choice, whose policies are epochs, and the chosen epoch from 1.</returns>
    public (TeacherChoice Choice, int Epoch) ChooseEpoch(
        ImageModel model, EpochCheckpoints epochs, InformationMeterOptions information, StageFolder folder)
    {
        using MeterImages images = context.Pixels.Images(Dataset.Validation, model.Info, information);
        var trials = new List<(int Epoch, TeacherTrial Trial)>();

        // The last epoch is what plain fine-tuning would leave.
        foreach (int epoch in epochs.Kept().Reverse())
        {
            var clock = Stopwatch.StartNew();
            epochs.Restore(model, epoch);
            using ModelOutputs validation = context.Answers(model, Dataset.Validation);
            trials.Add((epoch, Measured($"epoch {epoch}", model, validation, images, clock)));
        }

        TeacherChoice choice = TrialChooser.Choose([.. trials.Select(t => t.Trial)], Dataset.Validation.Count, trials[0].Epoch);
        context.Report(folder.Name, choice.Reason);
        int chosen = trials.First(t => t.Trial.Policy == choice.Policy).Epoch;
        epochs.Restore(model, chosen);
        return (choice, chosen);
    }

    private TeacherTrial Try(
        TeacherRecipe recipe, TrainingOptions budget, TeacherCandidate candidate, MeterImages images, int seed, StageFolder place)
    {
        var clock = Stopwatch.StartNew();
        ImageModel model = StageModels.Teacher(recipe, budget, seed, context, place.Name);
        using var training = new StageTraining(context, model, place);
        TrainingResult done = TeacherStage.FineTune(training, budget, new TeacherPreparation(candidate.Options), seed, context);
        using ModelOutputs validation = training.Validation(done);
        return Measured(candidate.Name, model, validation, images, clock);
    }

    /// <summary>What the logits of a model keep of the validation images, and its accuracy there.</summary>
    private TeacherTrial Measured(string name, ImageModel model, ModelOutputs validation, MeterImages images, Stopwatch clock)
    {
        using ModelOutputs train = context.Answers(model, context.Data.Decoded);
        InformationResult kept = InformationMeter.Measure(train.Logits, validation.Logits, images, context.Cancel);
        return new TeacherTrial(name, validation.Top1(), kept.NatsPerChannel, clock.Elapsed.TotalSeconds);
    }
}

using ReMem.Evaluation;
using ReMem.Information;
using ReMem.Models;
using ReMem.Teachers;
using ReMem.Training;
using ReMem.Weights;

namespace ReMem.Recipes.Stages;

/// <summary>Prepares a teacher: leaves a model folder with its result, and is skipped where that is there.</summary>
/// <param name="context">What the stages share.</param>
internal sealed class TeacherStage(StageContext context)
{
    private const string AfterCheckpoint = "mcmi.safetensors";

    /// <summary>The rate of the training that follows the fine-tuning, as a share of its.</summary>
    private const double AfterRate = 0.1;

    /// <summary>Epochs of the training that follows the fine-tuning which stand in its checkpoint.</summary>
    /// <param name="folder">The teacher's.</param>
    public static int EpochsAfter(StageFolder folder) => TrainingCheckpoint.EpochsIn(folder.At(AfterCheckpoint));

    /// <summary>Prepares a teacher, or reads what an earlier run left.</summary>
    /// <param name="recipe">Model, weights and training.</param>
    /// <param name="preparation">What is done to it; what 'auto' stands for is chosen first.</param>
    /// <param name="information">The meter's budget for choices.</param>
    /// <param name="seed">The repetition.</param>
    /// <param name="folder">Where it is left.</param>
    /// <param name="tuned">A finished teacher of the same fine-tuning, which is then not repeated; null is none.</param>
    /// <returns>The teacher, which the caller disposes.</returns>
    public FinishedTeacher Run(
        TeacherRecipe recipe, TeacherPreparation preparation, InformationMeterOptions information, int seed, StageFolder folder,
        StageFolder? tuned = null)
    {
        if (folder.TryRead<TrainedResult>() is { } done)
            return new FinishedTeacher(done, folder, context.Load);
        TeacherChoice? choice = null;
        IReadOnlyList<TeacherCandidate> candidates = preparation.Candidates(recipe.Model);
        if (candidates.Count > 0)
        {
            choice = new TeacherTrials(context).Choose(recipe, candidates, information, seed, folder);
            preparation = preparation with { Options = candidates.First(c => c.Name == choice.Policy).Options };
        }

        TrainedResult? earlier = tuned?.TryRead<TrainedResult>();
        using var training = new StageTraining(context, Start(recipe, seed, folder, earlier is null ? null : tuned), folder);
        TrainingResult result = earlier?.Training ?? FineTune(training, recipe.Training, preparation, seed, context);
        TeacherChoice? early = null;
        var epochs = new EpochCheckpoints(folder, recipe.Training);
        if (preparation.IsEarly && earlier is null)
        {
            (early, int kept) = new TeacherTrials(context).ChooseEpoch(training.Model, epochs, information, folder);
            result = result with { KeptEpoch = kept };
            training.ForgetValidation();
        }

        ConditionalInformationChange? raised = null;
        if (preparation.Mcmi > 0)
            (result, raised) = Raise(training, recipe.Training, preparation, result, seed, folder);
        double? temperature = preparation.IsCalibrated ? training.Calibrate(result) : null;
        FinishedTeacher finished = training.FinishTeacher(result, r => r with
        {
            Reweighting = choice,
            Early = early ?? earlier?.Early,
            ConditionalInformation = raised,
            Temperature = temperature,
        });
        epochs.Delete();
        File.Delete(folder.At(AfterCheckpoint));
        return finished;
    }

    /// <summary>Fine-tunes a model in place.</summary>
    /// <param name="training">The model and its folder.</param>
    /// <param name="settings">How.</param>
    /// <param name="preparation">What makes it remember.</param>
    /// <param name="seed">The repetition.</param>
    /// <param name="context">What the stages share.</param>
    public static TrainingResult FineTune(
        StageTraining training, TrainingOptions settings, TeacherPreparation preparation, int seed, StageContext context)
    {
        long derived = StageModels.Derive(seed, "teacher");
        TrainingJob job = training.Job(
            context.Data.Training(settings, training.Model, derived, paired: preparation.NeedsPairs), derived);
        if (preparation.IsEarly)
            job = job with { Validated = new EpochCheckpoints(training.Folder, settings).Keep };
        using TeacherPenalty? penalty = preparation.NeedsPairs || preparation.NormPenalty > 0
            ? new ConsistencyPenalty(preparation.Consistency, preparation.NormPenalty)
            : null;
        return new TeacherFineTuner(settings, preparation.Options).Run(job, penalty, context.Cancel);
    }

    private ImageModel Start(TeacherRecipe recipe, int seed, StageFolder folder, StageFolder? tuned)
    {
        if (tuned is null)
            return StageModels.Teacher(recipe, recipe.Training, seed, context, folder.Name);
        context.Report(folder.Name, $"starts from {tuned.Name}, of the same fine-tuning");
        return ModelFolder.Load(tuned.Path).Model;
    }

    /// <summary>Trains a fine-tuned teacher on, so that the conditional mutual information of its outputs rises.</summary>
    /// <returns>The record of both trainings, and what the second one changed.</returns>
    private (TrainingResult Both, ConditionalInformationChange Change) Raise(
        StageTraining training, TrainingOptions settings, TeacherPreparation preparation, TrainingResult tuned, int seed,
        StageFolder folder)
    {
        TrainingOptions after = settings with
        {
            Epochs = preparation.McmiEpochs,
            Lr = AfterRate * settings.Lr,
            WarmupEpochs = 0,
            ValidateEvery = Math.Min(settings.ValidateEvery, preparation.McmiEpochs),

            // The mean answer of a class is of images that show one class.
            MixupAlpha = 0,
            CutmixAlpha = 0,
            Patience = 0,
            Keep = KeepPolicy.Last,
        };
        long derived = StageModels.Derive(seed, "mcmi");
        double before = Conditional(training.Model);
        TrainingJob job = training.Job(context.Data.Training(after, training.Model, derived), derived) with
        {
            CheckpointPath = folder.At(AfterCheckpoint),
        };
        using var penalty = new McmiPenalty(preparation.Mcmi, model => context.Answers(model, context.Data.Dataset.Train));
        TrainingResult raised = new TeacherFineTuner(after, preparation.Options with { Reweighting = "none" })
            .Run(job, penalty, context.Cancel);
        var change = new ConditionalInformationChange(before, Conditional(training.Model));
        context.Report(folder.Name, FormattableString.Invariant(
            $"mcmi: the conditional mutual information went from {change.Before:0.0000} to {change.After:0.0000} nats"));
        int first = tuned.Epochs.Count;
        return (new TrainingResult(
            [.. tuned.Epochs, .. raised.Epochs.Select(e => e with { Epoch = first + e.Epoch })], tuned.Steps + raised.Steps,
            tuned.SkippedSteps + raised.SkippedSteps, tuned.Seconds + raised.Seconds)
        {
            KeptEpoch = first + raised.KeptEpoch,
            End = raised.End,
        }, change);
    }

    private double Conditional(ImageModel model)
    {
        using ModelOutputs train = context.Answers(model, context.Data.Dataset.Train);
        using var means = ConditionalInformation.Of(train.Logits, train.Labels);
        using TorchSharp.torch.Tensor mean = means.Mean(train.Logits, train.Labels);
        return mean.item<float>();
    }
}

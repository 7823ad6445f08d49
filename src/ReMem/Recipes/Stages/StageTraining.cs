using System.Text.Json;
using ReMem.Data;
using ReMem.Data.Sources;
using ReMem.Evaluation;
using ReMem.Models;
using ReMem.Reports;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Training;
using ReMem.Weights;

namespace ReMem.Recipes.Stages;

/// <summary>One training of a stage, from its first epoch or its checkpoint to the files that it leaves.</summary>
/// <param name="context">What the stages share.</param>
/// <param name="model">What is trained; owned.</param>
/// <param name="folder">The stage's.</param>
internal sealed class StageTraining(StageContext context, ImageModel model, StageFolder folder) : IDisposable
{
    private ModelOutputs? _validation;

    private ImageDataset Dataset => context.Data.Dataset;

    /// <summary>What is trained.</summary>
    public ImageModel Model => model;

    /// <summary>Where it is left.</summary>
    public StageFolder Folder => folder;

    /// <summary>The training, validated on the validation split.</summary>
    /// <param name="batches">The training batches.</param>
    /// <param name="seed">Decides every draw of a step.</param>
    public TrainingJob Job(BatchLoader batches, long seed)
    {
        Directory.CreateDirectory(folder.Path);
        return new TrainingJob
        {
            Stage = folder.Name,
            Model = model,
            Train = batches,
            Validate = m =>
            {
                _validation?.Dispose();
                _validation = context.Answers(m, Dataset.Validation);
                return (_validation.Top1(), _validation.CrossEntropy());
            },
            Seed = seed,
            CheckpointPath = folder.CheckpointPath,
            Progress = context.Progress,
        };
    }

    /// <summary>
    /// What the trained model answers on the validation split: in the training's last validation, where it has the weights of that one. The
    /// caller disposes it.
    /// </summary>
    /// <param name="training">The epochs.</param>
    public ModelOutputs Validation(TrainingResult training)
    {
        ModelOutputs? last = _validation;
        if (last is null || training.KeptEpoch != training.Epochs.Count)
            return context.Answers(model, Dataset.Validation);
        _validation = null;
        return last;
    }

    /// <summary>Forgets the last validation: the weights are other ones now.</summary>
    public void ForgetValidation()
    {
        _validation?.Dispose();
        _validation = null;
    }

    /// <summary>Divides the model's logits by the temperature that minimises the cross-entropy on validation.</summary>
    /// <param name="training">The epochs.</param>
    /// <returns>The temperature.</returns>
    public double Calibrate(TrainingResult training)
    {
        using ModelOutputs validation = Validation(training);
        double temperature = Calibration.Temperature(validation.Logits, validation.Labels);
        Calibration.Apply(model, temperature);
        ForgetValidation();
        context.Report(folder.Name, FormattableString.Invariant($"calibrated: the logits are divided by {temperature:0.###}"));
        return temperature;
    }

    /// <summary>Scores the trained model and writes it: a model folder with the record of its training, and the result last.</summary>
    /// <param name="training">The epochs.</param>
    /// <param name="unlabelledConfidence">The teacher's mean confidence on unlabelled images; null without such images.</param>
    /// <exception cref="ReMemException">The model's logits are not finite.</exception>
    public TrainedResult Finish(TrainingResult training, double? unlabelledConfidence)
    {
        using ModelOutputs validation = Validation(training), test = context.Answers(model, Dataset.Test);
        return Write(training, validation, test, result => result with { UnlabelledConfidence = unlabelledConfidence });
    }

    /// <summary>The same of a teacher, which stays in memory for the stages that follow.</summary>
    /// <param name="training">The epochs.</param>
    /// <param name="more">Adds what else is known of it to its result.</param>
    /// <exception cref="ReMemException">The model's logits are not finite.</exception>
    public FinishedTeacher FinishTeacher(TrainingResult training, Func<TrainedResult, TrainedResult> more)
    {
        // A run that goes on reads the teacher from its folder, so what follows uses that very model here, too. Where scales are folded
        // into its weights it rounds otherwise, and the teacher's scores are those of the model that was trained.
        bool folded = ModelFolder.HasScales(model);
        ImageModel kept = ModelFolder.Reloaded(model);
        ModelOutputs? validation = null, test = null;
        try
        {
            validation = Validation(training);
            test = context.Answers(folded ? model : kept, Dataset.Test);
            TrainedResult result = Write(training, validation, test, more);
            if (folded)
                test.Dispose();
            return new FinishedTeacher(result, folder, kept) { Validation = validation, Test = folded ? null : test };
        }
        catch
        {
            test?.Dispose();
            validation?.Dispose();
            kept.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ForgetValidation();
        model.Dispose();
    }

    private TrainedResult Write(
        TrainingResult training, ModelOutputs validation, ModelOutputs test, Func<TrainedResult, TrainedResult> more)
    {
        TrainedResult result = more(new TrainedResult(Scores(validation, "validation"), Scores(test, "test"), training));
        ModelFolder.Save(folder.Path, model, Dataset.Classes);
        IEnumerable<string> epochs = training.Epochs.Select(e => JsonSerializer.Serialize(e, Json.Line) + "\n");
        AtomicFile.WriteAllText(folder.At("metrics.jsonl"), string.Concat(epochs));
        TensorBoardLog.Write(folder.At("tensorboard"), training.Epochs);
        folder.Finish(result);
        return result;
    }

    /// <summary>Scores what was just trained. A model whose outputs overflow is not saved: no command would take it.</summary>
    private ClassificationMetrics Scores(ModelOutputs outputs, string split)
    {
        if (!FiniteTensors.IsFinite(outputs.Logits))
        {
            throw new ReMemException(
                $"The trained model's logits on the {split} split hold NaN or infinity, so it is not written.",
                folder.Name,
                "Train it again with a lower learning rate.");
        }

        return ClassificationMetrics.From(outputs.Logits, outputs.Labels, Dataset.Classes);
    }
}

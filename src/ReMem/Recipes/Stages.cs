using System.Text.Json;
using ReMem.Evaluation;
using ReMem.Information;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using ReMem.Weights;
using ReMem.Weights.Hub;

namespace ReMem.Recipes;

/// <summary>A trained model's scores and the record of its training.</summary>
/// <param name="Validation">On the split that choices are made on.</param>
/// <param name="Test">On the split that results are reported on.</param>
/// <param name="Training">The epochs.</param>
public sealed record TrainedResult(ClassificationMetrics Validation, ClassificationMetrics Test, TrainingResult Training);

/// <summary>What a teacher's outputs keep of the image.</summary>
/// <param name="Logits">From the logits.</param>
/// <param name="Pooled">From the pooled feature.</param>
/// <param name="Seconds">Wall time.</param>
public sealed record MeterResult(InformationResult Logits, InformationResult Pooled, double Seconds);

/// <summary>The stages that commands and recipes share. Each leaves its result in a folder and is skipped where that stands.</summary>
/// <param name="data">The images.</param>
/// <param name="progress">Hears of the work.</param>
/// <param name="cancel">Stops between steps.</param>
/// <param name="sources">Finds the weights that recipes name; null looks as the environment says.</param>
public sealed class Stages(PreparedData data, IProgress<ProgressReport>? progress, CancellationToken cancel, WeightSource? sources = null)
{
    /// <summary>The file that a finished training leaves last.</summary>
    internal const string ResultFile = "result.json";
    private const string CheckpointFile = "checkpoint.safetensors";
    private readonly WeightSource _sources = sources ?? new WeightSource();

    /// <summary>Downloads the weights that a recipe names, so that what is wrong with them is told before any work.</summary>
    /// <exception cref="InputException">A source does not exist or refuses access.</exception>
    /// <exception cref="ReMemException">Server or network failed.</exception>
    public static void FetchWeights(Recipe recipe, WeightSource sources, CancellationToken cancel)
    {
        string? teacher = recipe.Methods.All(m => m == "none") ? null : recipe.Teacher.Weights;
        foreach (string? source in new[] { teacher, recipe.Student.Weights })
        {
            if (source is not null && WeightSource.IsRemote(source))
                sources.ResolveFile(source, cancel);
        }
    }

    /// <summary>Fine-tunes a teacher into <paramref name="path"/> of the run folder (a model folder plus result.json).</summary>
    public TrainedResult Teacher(TeacherRecipe recipe, Teachers.TeacherOptions options, int seed, RunFolder folder, params string[] path)
    {
        if (folder.TryRead<TrainedResult>([.. path, ResultFile]) is { } done)
            return done;
        ImageModel model = Create(recipe.Model, recipe.Weights, recipe.ImageSize, recipe.Training, seed, string.Join('/', path));
        var job = Job(model, recipe.Training, Derive(seed, "teacher"), folder, path);
        TrainingResult training = new Teachers.TeacherFineTuner(recipe.Training, options).Run(job, cancel);
        return Finish(model, training, folder, path);
    }

    /// <summary>Trains a student into <paramref name="path"/> of the run folder.</summary>
    public TrainedResult Student(StudentRecipe recipe, ImageModel? teacher, int seed, RunFolder folder, params string[] path)
    {
        if (folder.TryRead<TrainedResult>([.. path, ResultFile]) is { } done)
            return done;
        ImageModel model = Create(recipe.Model, recipe.Weights, recipe.ImageSize, recipe.Training, seed, string.Join('/', path));
        bool recycled = recipe.Distillation.RecycledViews(recipe.Training.Epochs) > 0;
        var job = Job(model, recipe.Training, Derive(seed, "student"), folder, path, recycled, teacher);
        TrainingResult training = new Distillation.Distiller(recipe.Training, recipe.Distillation).Run(job, teacher, data.Dataset.Train.Count, cancel);
        return Finish(model, training, folder, path);
    }

    /// <summary>Measures what a model's outputs keep: the decoder learns on the training split and is judged on the test split.</summary>
    public MeterResult Meter(ImageModel model, InformationMeterOptions options, string stage)
    {
        progress?.Report(new ProgressReport(stage, "measuring I_hat"));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        using ModelOutputs train = Evaluator.Run(model, data.Evaluation(data.Dataset.Train, model), cancel);
        using ModelOutputs test = Evaluator.Run(model, data.Evaluation(data.Dataset.Test, model), cancel);
        using var trainImages = Evaluator.Images(data.Evaluation(data.Dataset.Train, model.Info, options.ImageSize), cancel);
        using var testImages = Evaluator.Images(data.Evaluation(data.Dataset.Test, model.Info, options.ImageSize), cancel);
        using var images = MeterImages.Prepare(trainImages, testImages, options);
        InformationResult logits = InformationMeter.Measure(train.Logits, test.Logits, images, cancel);
        InformationResult pooled = InformationMeter.Measure(train.Features, test.Features, images, cancel);
        progress?.Report(new ProgressReport(stage, FormattableString.Invariant(
            $"I_hat logits {logits.NatsPerChannel.Mean:0.0000}, pooled {pooled.NatsPerChannel.Mean:0.0000} nats/channel, {clock.Elapsed.TotalSeconds:0.0} s")));
        return new MeterResult(logits, pooled, clock.Elapsed.TotalSeconds);
    }

    /// <summary>Scores a model on a split.</summary>
    public ClassificationMetrics Score(ImageModel model, Data.IImageSource split)
    {
        using ModelOutputs outputs = Evaluator.Run(model, data.Evaluation(split, model), cancel);
        return ClassificationMetrics.From(outputs.Logits, outputs.Labels, data.Dataset.Classes);
    }

    /// <summary>Refuses a model whose class list is not the data set's, name by name.</summary>
    /// <exception cref="InputException">They differ.</exception>
    public void RequireSameClasses(IReadOnlyList<string> labels, string where)
    {
        IReadOnlyList<string> classes = data.Dataset.Classes;
        int differ = Enumerable.Range(0, Math.Min(labels.Count, classes.Count)).FirstOrDefault(i => labels[i] != classes[i], -1);
        if (labels.Count == classes.Count && differ < 0)
            return;
        string what = labels.Count != classes.Count
            ? $"The model knows {labels.Count} classes and the data set has {classes.Count}."
            : $"Class {differ} is '{labels[differ]}' to the model and '{classes[differ]}' in the data set.";
        throw new InputException(what, where, "Use a model that was trained on this data set's classes.");
    }

    private static long Derive(int seed, string purpose) => new CounterRandom(seed, purpose).NextUInt32();

    private ImageModel Create(string name, string? weights, int? size, TrainingOptions training, int seed, string stage)
    {
        TorchSharp.torch.manual_seed(Derive(seed, "init"));
        ImageModel model = ModelCatalogue.Create(
            // The folder that is written says how its model was evaluated, so that 'evaluate' and 'predict' see the same crop.
            ModelCatalogue.Info(name) with { CropPct = data.CropPct },
            new ModelOptions { NumClasses = data.Dataset.Classes.Count, ImageSize = size ?? data.ImageSize, DropPathRate = training.DropPath });
        if (weights is not null)
        {
            string file = _sources.ResolveFile(weights, cancel);
            if (WeightSource.IsRemote(weights))
                progress?.Report(new ProgressReport(stage, $"{weights} is {file}"));
            progress?.Report(new ProgressReport(stage, WeightLoader.Load(model, file).ToString()));
        }

        return model;
    }

    private TrainingJob Job(ImageModel model, TrainingOptions training, long seed, RunFolder folder, string[] path, bool recycled = false, ImageModel? teacher = null) => new()
    {
        Stage = path.Length == 0 ? "training" : string.Join('/', path),
        Model = model,
        Train = data.Training(training, model, seed, recycled, teacher),
        Validate = m =>
        {
            using ModelOutputs outputs = Evaluator.Run(m, data.Evaluation(data.Dataset.Validation, m), cancel);
            return (outputs.Top1(), outputs.CrossEntropy());
        },
        Seed = seed,
        CheckpointPath = folder.FileIn([.. path, CheckpointFile]),
        Progress = progress,
    };

    private TrainedResult Finish(ImageModel model, TrainingResult training, RunFolder folder, string[] path)
    {
        var result = new TrainedResult(Score(model, data.Dataset.Validation), Score(model, data.Dataset.Test), training);
        string directory = Path.GetDirectoryName(folder.FileIn([.. path, ResultFile]))!;
        ModelFolder.Save(directory, model, data.Dataset.Classes);
        AtomicFile.WriteAllText(
            Path.Combine(directory, "metrics.jsonl"), string.Concat(training.Epochs.Select(e => JsonSerializer.Serialize(e, Json.Line) + "\n")));
        Reports.TensorBoardLog.Write(Path.Combine(directory, "tensorboard"), training.Epochs);
        folder.Write(result, [.. path, ResultFile]);
        File.Delete(folder.FileIn([.. path, CheckpointFile]));
        model.Dispose();
        return result;
    }
}

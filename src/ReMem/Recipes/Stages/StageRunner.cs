using System.Text.Json;
using ReMem.Distillation;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Evaluation;
using ReMem.Information;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using ReMem.Weights;
using ReMem.Weights.Files;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Stages;

/// <summary>The stages that commands and recipes share. Each leaves its result in a folder and is skipped where that stands.</summary>
/// <param name="data">The images.</param>
/// <param name="progress">Hears of the work.</param>
/// <param name="cancel">Stops between steps.</param>
/// <param name="sources">Finds the weights that recipes name; null looks as the environment says.</param>
internal sealed class StageRunner(PreparedData data, IProgress<ProgressReport>? progress, CancellationToken cancel, WeightSource? sources = null)
{
    /// <summary>The file that a finished training leaves last.</summary>
    internal const string ResultFile = "result.json";

    /// <summary>The file that a teacher's measurement is kept in.</summary>
    internal const string MeterFile = "information.json";

    /// <summary>Validation images that show whether a teacher is above chance.</summary>
    private const int CheckImages = 256;

    /// <summary>The file that an unfinished training keeps its state in.</summary>
    internal const string CheckpointFile = "checkpoint.safetensors";

    /// <summary>Where a teacher's folder keeps the trials of the policy 'auto'.</summary>
    internal const string TrialsFolder = "auto";

    private readonly WeightSource _sources = sources ?? new WeightSource();

    /// <summary>Downloads the weights that a recipe names, so that what is wrong with them is told before any work.</summary>
    /// <exception cref="InputException">A source does not exist or refuses access.</exception>
    /// <exception cref="ReMemException">Server or network failed.</exception>
    public static void FetchWeights(Recipe recipe, WeightSource sources, CancellationToken cancel)
    {
        bool taught = recipe.HasTeacher;
        string? teacher = taught ? recipe.Teacher.Weights : null;
        foreach ((string? source, string option) in new[] { (teacher, sources.LocalOption ?? "teacher.weights=FILE"), (recipe.Student.Weights, "student.weights=FILE") })
        {
            // A file on disk costs nothing to look for, and a typo in its name is found before any image is decoded.
            if (source is not null && sources.ResolveFile(source, option, cancel) is var file && !File.Exists(file))
                throw WeightsErrors.Missing(file);
        }

        foreach (string source in taught ? recipe.Student.FurtherTeachers.Where(WeightSource.IsRemote) : [])
            sources.ResolveFolder(source, "its folder in student.further_teachers", cancel);
    }

    /// <summary>Refuses settings that do not fit the recipe's models, before images are decoded, and before hours of work on others.</summary>
    /// <param name="recipe">The settings.</param>
    /// <param name="teacher">Whether a teacher is trained.</param>
    /// <param name="student">Whether a student is.</param>
    /// <exception cref="InputException">There is no such model, a part to freeze does not exist, or a policy or an image size does not fit.</exception>
    public static void RequireTrainable(Recipe recipe, bool teacher = true, bool student = true)
    {
        void Check(string name, int? size, TrainingOptions training)
        {
            ModelCatalogue.ShapeOf(name)?.RequireSize(name, size ?? recipe.Data.ImageSize);
            // A large model takes seconds to make.
            if (training.Freeze == "none" && training.Progressive == "none")
                return;
            using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 2, ImageSize = size ?? recipe.Data.ImageSize });
            Trainer.RequireFit(training, model);
        }

        if (teacher && recipe.HasTeacher)
        {
            if (student)
                ComparedOutputs.Require(DistillationObjective.Parse(recipe.Student.Distillation.Objective), recipe.Teacher.Model, recipe.Student.Model);
            Check(recipe.Teacher.Model, recipe.Teacher.ImageSize, recipe.Teacher.Training);
            foreach (Teachers.TeacherMethod method in recipe.Methods)
            {
                if (method.Options(recipe.Teacher.Options) is { } options)
                    Teachers.TeacherFineTuner.RequireFit(options, recipe.Teacher.Model);
            }
        }

        if (student)
            Check(recipe.Student.Model, recipe.Student.ImageSize, recipe.Student.Training);
    }

    /// <summary>Fine-tunes a teacher into <paramref name="path"/> of the run folder (a model folder plus result.json).</summary>
    /// <param name="recipe">Model, weights and training.</param>
    /// <param name="options">What makes it remember; the reweighting 'auto' is chosen first.</param>
    /// <param name="information">The meter's budget for that choice.</param>
    /// <param name="seed">The repetition.</param>
    /// <param name="folder">The run's.</param>
    /// <param name="path">The stage's place in it.</param>
    public TrainedResult Teacher(
        TeacherRecipe recipe, Teachers.TeacherOptions options, InformationMeterOptions information, int seed, RunFolder folder, params string[] path)
    {
        if (folder.TryRead<TrainedResult>([.. path, ResultFile]) is { } done)
            return done;
        ReweightingChoice? choice = null;
        if (Teachers.ReweightingPolicy.Parse(options.Reweighting) is Teachers.ReweightingPolicy.Auto)
        {
            choice = ChooseReweighting(recipe, options, information, seed, folder, path);
            options = options with { Reweighting = choice.Policy };
        }

        ImageModel model = Create(recipe.Model, recipe.Weights, recipe.WeightsPrefix, recipe.ImageSize, recipe.Training, seed, Name(path));
        return Finish(model, FineTune(model, recipe.Training, options, seed, folder, path), folder, path, choice);
    }

    /// <summary>Trains a student into <paramref name="path"/> of the run folder.</summary>
    /// <param name="recipe">The student.</param>
    /// <param name="teacher">Of the data set's classes in its order; null trains on labels alone, whatever further teachers the recipe names.</param>
    /// <param name="teacherFolder">Its model folder, which a cache notes; null where it has none.</param>
    /// <param name="seed">The recipe's.</param>
    /// <param name="folder">The run.</param>
    /// <param name="path">The student's place in it.</param>
    public TrainedResult Student(StudentRecipe recipe, ImageModel? teacher, string? teacherFolder, int seed, RunFolder folder, params string[] path)
    {
        if (folder.TryRead<TrainedResult>([.. path, ResultFile]) is { } done)
            return done;
        using FurtherTeachers? further = teacher is null ? null : Further(recipe, teacher.ImageSize);
        NamedTeacher[] teachers = teacher is null ? [] : [new NamedTeacher(teacher, teacherFolder), .. further!.All];
        ImageModel model = Create(recipe.Model, recipe.Weights, recipe.WeightsPrefix, recipe.ImageSize, recipe.Training, seed, Name(path));
        var kept = new StudentCache(data, recipe, seed);
        var job = Job(model, kept.Batches(teacher), Derive(seed, "student"), folder, path);
        var learned = new List<DistillationTeacher>();
        try
        {
            foreach (NamedTeacher each in teachers)
            {
                if (recipe.Distillation.AsksTeacher)
                    WarnAtChance(each, teachers.Length > 1, seed, job.Stage);
                learned.Add(new DistillationTeacher(each.Model, kept.Open(each.Model, each.Folder, job.Train, several: path.Length > 0 || teachers.Length > 1, job.Stage, progress)));
            }

            TrainingResult training = new Distiller(recipe.Training, recipe.Distillation).Run(job, learned, data.Dataset.Train.Count, cancel);
            return Finish(model, training, folder, path);
        }
        finally
        {
            learned.ForEach(l => l.Cache?.Dispose());
        }
    }

    /// <summary>Refuses further teachers that cannot teach a recipe's students, before hours of work on its own.</summary>
    /// <exception cref="InputException">One is no model folder, or of other classes or another image size.</exception>
    internal void RequireFurtherTeachers(Recipe recipe)
    {
        if (recipe.HasTeacher)
            Further(recipe.Student, recipe.Teacher.ImageSize ?? recipe.Data.ImageSize).Dispose();
    }

    /// <summary>Measures what a model's outputs keep: the decoder learns on the training split and is judged on the test split.</summary>
    public MeterResult Meter(ImageModel model, InformationMeterOptions options, string stage)
    {
        progress?.Report(new ProgressReport(stage, "measuring I_hat"));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        using ModelOutputs train = Evaluator.Run(model, data.Evaluation(data.Dataset.Train, model), cancel);
        using ModelOutputs test = Evaluator.Run(model, data.Evaluation(data.Dataset.Test, model), cancel);
        using MeterImages images = MeterImagesOf(data.Dataset.Test, model.Info, options);
        InformationResult logits = InformationMeter.Measure(train.Logits, test.Logits, images, cancel);
        InformationResult pooled = InformationMeter.Measure(train.Features, test.Features, images, cancel);
        progress?.Report(new ProgressReport(stage, FormattableString.Invariant(
            $"I_hat logits {logits.NatsPerChannel.Mean:0.0000}, pooled {pooled.NatsPerChannel.Mean:0.0000} nats/channel, {clock.Elapsed.TotalSeconds:0.0} s")));
        return new MeterResult(logits, pooled, clock.Elapsed.TotalSeconds);
    }

    /// <summary>Scores a model on a split.</summary>
    public ClassificationMetrics Score(ImageModel model, Data.Sources.IImageSource split)
    {
        using ModelOutputs outputs = Evaluator.Run(model, data.Evaluation(split, model), cancel);
        return ClassificationMetrics.From(outputs.Logits, outputs.Labels, data.Dataset.Classes);
    }

    /// <summary>Brings a model's outputs into the order of the data set's classes, by their names.</summary>
    /// <param name="model">Its classifier is reordered in place where need be.</param>
    /// <param name="labels">Its class list.</param>
    /// <param name="where">Its folder, for messages.</param>
    /// <exception cref="InputException">The lists differ in number or names.</exception>
    public void AlignClasses(ImageModel model, IReadOnlyList<string> labels, string where)
    {
        if (ClassOrder.Apply(model, labels, data.Dataset.Classes, where))
            progress?.Report(new ProgressReport("classes", $"{where} has the data set's classes in another order; they are matched by name"));
    }

    private FurtherTeachers Further(StudentRecipe recipe, int size) => FurtherTeachers.Load(recipe.FurtherTeachers, size, _sources, AlignClasses, cancel);

    private void WarnAtChance(NamedTeacher teacher, bool several, int seed, string stage)
    {
        Data.Sources.IImageSource few = Data.Sources.Subset.AtMost(data.Dataset.Validation, CheckImages, seed);
        if (TeacherCheck.Warning(teacher.Model, data.Evaluation(few, teacher.Model), cancel) is { } warning)
            progress?.Report(new ProgressReport(stage, $"warning: {(several ? $"{teacher.Folder}: " : string.Empty)}{warning}"));
    }

    private MeterImages MeterImagesOf(Data.Sources.IImageSource held, ModelInfo model, InformationMeterOptions options)
    {
        using var trainImages = Evaluator.Images(data.Evaluation(data.Dataset.Train, model, options.ImageSize), cancel);
        using var heldImages = Evaluator.Images(data.Evaluation(held, model, options.ImageSize), cancel);
        return MeterImages.Prepare(trainImages, heldImages, options);
    }

    /// <summary>Fine-tunes shortly with each candidate, measures on validation, and chooses. What is measured is kept, so that an interrupted choice goes on.</summary>
    private ReweightingChoice ChooseReweighting(
        TeacherRecipe recipe, Teachers.TeacherOptions options, InformationMeterOptions information, int seed, RunFolder folder, string[] path)
    {
        TrainingOptions budget = recipe.Training with
        {
            Epochs = recipe.AutoEpochs,
            ValidateEvery = recipe.AutoEpochs,

            // A warm-up made for the whole length would leave a short trial no time at the peak.
            WarmupEpochs = Math.Min(recipe.Training.WarmupEpochs, recipe.AutoEpochs / 2.0),
        };
        int depth = ModelCatalogue.ShapeOf(recipe.Model)?.Depth ?? throw Teachers.ReweightingPolicy.NoBlocks(recipe.Model);
        using MeterImages images = MeterImagesOf(data.Dataset.Validation, ModelCatalogue.Info(recipe.Model), information);
        var trials = new List<ReweightingTrial>();
        foreach (Teachers.ReweightingPolicy policy in Teachers.ReweightingPolicy.Auto.Candidates(depth))
        {
            string[] place = [.. path, TrialsFolder, ReweightingChooser.FolderName(policy)];
            ReweightingTrial? trial = folder.TryRead<ReweightingTrial>([.. place, ResultFile]);
            if (trial is null)
            {
                trial = Try(recipe, budget, options with { Reweighting = policy.ToString()! }, images, seed, folder, place);
                folder.Write(trial, [.. place, ResultFile]);
                File.Delete(folder.FileIn([.. place, CheckpointFile]));
            }

            progress?.Report(new ProgressReport(Name(place), FormattableString.Invariant(
                $"val top-1 {100 * trial.ValidationTop1:0.0} %, I_hat of the logits {trial.Information.Mean:0.0000} ± {trial.Information.HalfWidth ?? 0:0.0000}")));
            trials.Add(trial);
        }

        ReweightingChoice choice = ReweightingChooser.Choose(trials, data.Dataset.Validation.Count, recipe.AutoEpochs);
        progress?.Report(new ProgressReport(Name(path), choice.Reason));
        return choice;
    }

    private ReweightingTrial Try(
        TeacherRecipe recipe, TrainingOptions budget, Teachers.TeacherOptions options, MeterImages images, int seed, RunFolder folder, string[] place)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        using ImageModel model = Create(recipe.Model, recipe.Weights, recipe.WeightsPrefix, recipe.ImageSize, budget, seed, Name(place));
        FineTune(model, budget, options, seed, folder, place);
        using ModelOutputs train = Evaluator.Run(model, data.Evaluation(data.Dataset.Train, model), cancel);
        using ModelOutputs validation = Evaluator.Run(model, data.Evaluation(data.Dataset.Validation, model), cancel);
        InformationResult kept = InformationMeter.Measure(train.Logits, validation.Logits, images, cancel);
        return new ReweightingTrial(options.Reweighting, validation.Top1(), kept.NatsPerChannel, clock.Elapsed.TotalSeconds);
    }

    private TrainingResult FineTune(ImageModel model, TrainingOptions training, Teachers.TeacherOptions options, int seed, RunFolder folder, string[] path)
    {
        long derived = Derive(seed, "teacher");
        return new Teachers.TeacherFineTuner(training, options).Run(Job(model, data.Training(training, model, derived), derived, folder, path), cancel);
    }

    internal static long Derive(int seed, string purpose) => new CounterRandom(seed, purpose).NextUInt32();

    /// <summary>A new model for the data set, of torch's present generator.</summary>
    /// <param name="name">timm's.</param>
    /// <param name="size">Side of its views in pixels; null is the data's.</param>
    /// <param name="training">Gives the stochastic depth.</param>
    /// <param name="data">Gives classes and crop.</param>
    internal static ImageModel Untrained(string name, int? size, TrainingOptions training, PreparedData data) => ModelCatalogue.Create(
        // The folder that is written says how its model was evaluated, so that 'evaluate' and 'predict' see the same crop.
        ModelCatalogue.Info(name) with { CropPct = data.CropPct },
        new ModelOptions { NumClasses = data.Dataset.Classes.Count, ImageSize = size ?? data.ImageSize, DropPathRate = training.DropPath });

    private ImageModel Create(string name, string? weights, string? prefix, int? size, TrainingOptions training, int seed, string stage)
    {
        TorchSharp.torch.manual_seed(Derive(seed, "init"));
        ImageModel model = Untrained(name, size, training, data);
        if (weights is not null)
        {
            string file = _sources.ResolveFile(weights, cancel);
            if (WeightSource.IsRemote(weights))
                progress?.Report(new ProgressReport(stage, $"{weights} is {file}"));
            progress?.Report(new ProgressReport(stage, WeightLoader.Load(model, file, new WeightLoadOptions { Prefix = prefix }).ToString()));
        }

        return model;
    }

    private static string Name(string[] path) => path.Length == 0 ? "training" : string.Join('/', path);

    private TrainingJob Job(ImageModel model, Data.BatchLoader batches, long seed, RunFolder folder, string[] path) => new()
    {
        Stage = Name(path),
        Model = model,
        Train = batches,
        Validate = m =>
        {
            using ModelOutputs outputs = Evaluator.Run(m, data.Evaluation(data.Dataset.Validation, m), cancel);
            return (outputs.Top1(), outputs.CrossEntropy());
        },
        Seed = seed,
        CheckpointPath = folder.FileIn([.. path, CheckpointFile]),
        Progress = progress,
    };

    /// <summary>Scores what was just trained. A model whose outputs overflow is not saved: no command would take it.</summary>
    private ClassificationMetrics ScoreTrained(ImageModel model, Data.Sources.IImageSource split, string name, string[] path)
    {
        using ModelOutputs outputs = Evaluator.Run(model, data.Evaluation(split, model), cancel);
        if (!FiniteTensors.IsFinite(outputs.Logits))
        {
            throw new ReMemException(
                $"The trained model's logits on the {name} split hold NaN or infinity, so it is not written.",
                Name(path),
                "Train it again with a lower learning rate.");
        }

        return ClassificationMetrics.From(outputs.Logits, outputs.Labels, data.Dataset.Classes);
    }

    private TrainedResult Finish(ImageModel model, TrainingResult training, RunFolder folder, string[] path, ReweightingChoice? choice = null)
    {
        ClassificationMetrics validation = ScoreTrained(model, data.Dataset.Validation, "validation", path);
        var result = new TrainedResult(validation, ScoreTrained(model, data.Dataset.Test, "test", path), training) { Reweighting = choice };
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

using System.Diagnostics;
using ReMem.Data;
using ReMem.Data.Sources;
using ReMem.Evaluation;
using ReMem.Export;
using ReMem.Recipes;
using ReMem.Recipes.Fit;
using ReMem.Recipes.Init;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Weights.Hub;

namespace ReMem.Projects;

/// <summary>
/// From a person's images to a small classifier, in a few calls; each does what the command of its name does, and continues where an
/// earlier call with the same folder and options was interrupted. Work runs on threads of its own, one piece at a time. Cancelling stops
/// it between steps.
/// </summary>
public sealed class ReMemProject
{
    private readonly ProjectOptions _options;
    private readonly SemaphoreSlim _turn = new(1, 1);

    private ReMemProject(string source, ProjectOptions options, ImageDataset data)
    {
        Source = source;
        _options = options;
        Classes = data.Classes;
        Images = (data.Train.Count, data.Validation.Count, data.Test.Count);
    }

    /// <summary>The images, as they were named.</summary>
    public string Source { get; }

    /// <summary>Class names in index order.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>How many images each split has.</summary>
    public (int Train, int Validation, int Test) Images { get; }

    /// <summary>Opens labelled images. Nothing is decoded yet.</summary>
    /// <param name="source">
    /// A folder of class folders, one with train/ val/ test/, a table, Parquet, WebDataset, a zip: whatever docs/datasets.md names.
    /// </param>
    /// <param name="options">What holds for all work; null is the default.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InputException">The source cannot be read.</exception>
    public static Task<ReMemProject> OpenAsync(
        string source, ProjectOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => new ReMemProject(source, options ?? new ProjectOptions(), DatasetReader.Open(source)), cancellationToken);

    /// <summary>
    /// One good model: proposes trainings, shortens or lengthens them to fill the time, trains students of labels alone and of prepared
    /// teachers, exports the one that does best on validation, and scores the file on test.
    /// </summary>
    /// <param name="folder">The run's folder: new, empty, or of an earlier call with the same images.</param>
    /// <param name="options">Models and time; null is the default.</param>
    /// <param name="progress">Receives progress, on the thread of the work.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">Images, weights, options or folder cannot be used.</exception>
    /// <exception cref="ReMemException">The exported file failed its check; it must not be deployed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the same call continues.</exception>
    public async Task<FittedModel> FitAsync(
        string folder, ModelFitOptions? options = null, IProgress<ProgressReport>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ModelFitOptions given = options ?? new ModelFitOptions();
        if (given.Time is { } time && time <= TimeSpan.Zero)
            throw new InputException($"The time is {time}; it must be positive.", nameof(ModelFitOptions.Time));
        var fit = new FitOptions
        {
            Proposal = new ProposalOptions
            {
                Source = Source,
                Unlabelled = _options.Unlabelled,
                Model = given.Teacher,
                Weights = given.TeacherWeights,
                Student = given.Student,
                StudentWeights = given.StudentWeights,
                ImageSize = given.ImageSize,
            }.Validated(),
            Time = given.Time,
            Metric = given.Balanced ? SelectionMetric.Balanced : SelectionMetric.Top1,
            Seed = _options.Seed,
        };
        return await Work("fit", progress, cancellationToken, (told, weights) =>
            new FittedModel(new ModelFit(fit, told, weights).Run(folder, $"{nameof(ReMemProject)}.{nameof(FitAsync)}", cancellationToken)))
            .ConfigureAwait(false);
    }

    /// <summary>Fine-tunes a teacher.</summary>
    /// <param name="folder">Where the model folder is written.</param>
    /// <param name="options">Model, weights, preparation and training.</param>
    /// <param name="progress">Receives progress, on the thread of the work.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <inheritdoc cref="FitAsync"/>
    public async Task<TrainedModel> FineTuneAsync(
        string folder, FineTuneOptions options, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        TeacherMethod method = Method(options.Preparation);
        Recipe recipe = Checked(new Recipe
        {
            Name = "finetune",
            Data = Data(options.ImageSize),
            Teacher = new TeacherRecipe
            {
                Model = options.Model,
                Weights = options.Weights,
                Options = options.Options,
                Training = options.Training,
            },
            Methods = [method],
            Seeds = [_options.Seed],
        });
        string identity = SingleStage.Identity(recipe, method);
        return await Work("finetune", progress, cancellationToken, (told, weights) => new TrainedModel(
            Path.GetFullPath(folder),
            SingleStage.FineTune(recipe, method, identity, folder, weights, told, cancellationToken))).ConfigureAwait(false);
    }

    /// <summary>Trains a student on the images' labels and, with a teacher, on its outputs for the same views.</summary>
    /// <param name="folder">Where the model folder is written.</param>
    /// <param name="options">Model, teachers, objective and training.</param>
    /// <param name="progress">Receives progress, on the thread of the work.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <inheritdoc cref="FitAsync"/>
    public Task<TrainedModel> DistillAsync(
        string folder, DistillOptions options, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default) =>
        Work("distill", progress, cancellationToken, (told, weights) =>
        {
            LoadedTeacher? teacher = options.Teachers is [var first, ..]
                ? LoadedTeacher.Load(first, weights.ResolveFolder(first, cancellationToken))
                : null;
            using (teacher?.Model)
            {
                Recipe recipe = Checked(new Recipe
                {
                    Name = "distill",
                    Data = Data(options.ImageSize ?? teacher?.Model.ImageSize ?? 224) with { Unlabelled = _options.Unlabelled },
                    Student = new StudentRecipe
                    {
                        Model = options.Model,
                        Weights = options.Weights,
                        FurtherTeachers = [.. options.Teachers.Skip(1)],
                        Distillation = options.Distillation,
                        Training = options.Training,
                    },
                    Seeds = [_options.Seed],
                });
                return new TrainedModel(Path.GetFullPath(folder),
                    SingleStage.Distill(recipe, teacher, folder, weights, told, cancellationToken));
            }
        });

    /// <summary>Scores a model on the test split, which is held out of trainings also where the images have no splits.</summary>
    /// <param name="model">A model folder, hf-hub:owner/name, or an ONNX file that was exported here.</param>
    /// <param name="progress">Receives progress, on the thread of the work.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <inheritdoc cref="FitAsync"/>
    public Task<ClassificationMetrics> EvaluateAsync(
        string model, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default) =>
        Work("evaluate", progress, cancellationToken, (told, weights) =>
        {
            using OnnxModel? file = OnnxModel.IsFile(model) ? OnnxModel.Open(model) : null;
            LabelledModel? loaded = file is null ? LabelledModel.FromFolder(weights.ResolveFolder(model, cancellationToken)) : null;
            using (loaded?.Model)
            {
                ScoredModel scored = loaded is null ? file!.Scored : ScoredModel.Of(loaded);
                return new Scoring(scored, told).Run(Source, "test", _options.OnBadImage, cancellationToken).Metrics;
            }
        });

    /// <summary>Writes a model folder as ONNX and compares the file with the model in ONNX Runtime.</summary>
    /// <param name="model">A model folder, or hf-hub:owner/name.</param>
    /// <param name="file">The file to write.</param>
    /// <param name="options">Input and form; null is the default. The class names are the model's.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>The file's full path.</returns>
    /// <inheritdoc cref="FitAsync"/>
    public Task<string> ExportOnnxAsync(
        string model, string file, OnnxExportOptions? options = null, CancellationToken cancellationToken = default) =>
        Work("export", null, cancellationToken, (_, weights) =>
        {
            LabelledModel loaded = LabelledModel.FromFolder(weights.ResolveFolder(model, cancellationToken));
            using (loaded.Model)
            {
                loaded.Model.eval();
                (string written, OnnxCheck check) =
                    CheckedExport.Write(loaded.Model, file, (options ?? new OnnxExportOptions()) with { Labels = loaded.Labels });
                return check.Failure is { } failure
                    ? throw new ReMemException(failure, written, "Do not deploy the file.")
                    : Path.GetFullPath(written);
            }
        });

    private static TeacherMethod Method(TeacherPreparations preparations) => preparations == TeacherPreparations.Standard
        ? TeacherMethod.Standard
        : TeacherMethod.Parse(string.Join('+', Enum.GetValues<TeacherPreparations>()
            .Where(p => p != TeacherPreparations.Standard && preparations.HasFlag(p)).Select(p => p.ToString().ToLowerInvariant())));

    private DataRecipe Data(int imageSize) => new() { Source = Source, ImageSize = imageSize, OnBadImage = _options.OnBadImage };

    /// <summary>The recipe, with every value checked as in a file, whose lines an error must not name.</summary>
    private static Recipe Checked(Recipe recipe)
    {
        try
        {
            return RecipeReader.Parse(RecipeReader.Write(recipe), "options");
        }
        catch (InputException e)
        {
            throw new InputException(e.Message, null, e.Remedy, e);
        }
    }

    private async Task<T> Work<T>(
        string name, IProgress<ProgressReport>? progress, CancellationToken cancellationToken, Func<ProjectProgress, WeightSource, T> work)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using Activity? activity = ProjectTelemetry.Start(name, Source);
            try
            {
                return await Task.Factory.StartNew(
                    () =>
                    {
                        Libtorch.Load();
                        var told = new ProjectProgress(progress, _options.Logger);
                        return work(told, new WeightSource(progress: told) { Offline = _options.Offline });
                    },
                    cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                activity?.SetStatus(ActivityStatusCode.Error, e.Message);
                throw;
            }
        }
        finally
        {
            _turn.Release();
        }
    }
}

using System.Diagnostics;
using ReMem.Data;
using ReMem.Distillation;
using ReMem.Distillation.Cache;
using ReMem.Evaluation;
using ReMem.Export;
using ReMem.Models;
using ReMem.Recipes.Stages;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Training;
using ReMem.Weights;
using ReMem.Weights.Hub;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Recipes.Plan;

/// <summary>
/// Measures what a recipe's work costs here: the real models, untrained, on real views at the real batch size, with as many of them at work
/// as the run will have. Nothing of it reaches the run: models, loaders and decoded images are its own.
/// </summary>
internal sealed class CostMeasurement
{
    private const int EvaluationImages = 128;
    private const int MaxImages = 1024;
    private const int FirstImages = 32;

    // More images than the fewest that steps need are decoded for this long.
    private const double DecodingSeconds = 2;
    private const int WrittenBytes = 16 << 20;

    // Above this many seconds SAM's step is taken for two plain ones rather than timed.
    private const double SlowStep = 5;

    private readonly Recipe _recipe;
    private readonly PlanOptions _options;
    private readonly SideBySide _side;
    private readonly PreparedData _data;
    private readonly PreparedData _sample;
    private readonly CancellationToken _cancel;
    private long _before;

    /// <summary>Prepares a measurement.</summary>
    /// <param name="recipe">The job.</param>
    /// <param name="data">Its data.</param>
    /// <param name="options">How much is timed, and how many processes the run will have.</param>
    /// <param name="threads">Threads of each of them.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public CostMeasurement(Recipe recipe, PreparedData data, PlanOptions options, int threads, CancellationToken cancellationToken)
    {
        (_recipe, _data, _options, _cancel) = (recipe, data, options, cancellationToken);
        _side = new SideBySide(options.Jobs, threads);
        int batch = Math.Max(recipe.Teacher.Training.BatchSize, recipe.Student.Training.BatchSize);
        int fewest = batch * (StepTimer.WarmUp + options.Steps + StepTimer.Loaded);
        _sample = data.Sample(FirstImages, FirstImages, threads);
        int most = (int)Math.Min(MaxImages, DecodingSeconds / Math.Max(1e-6, Decoding().Training));
        _sample = data.Sample(Math.Min(Math.Max(fewest, most), Math.Max(MaxImages, 3 * batch)), EvaluationImages, threads);
    }

    /// <summary>Measures everything that the recipe needs.</summary>
    public RunRates Run()
    {
        long start = ProcessMemory.Now;
        DecodingRate decoding = Decoding();
        _before = ProcessMemory.Now;
        RunRates rates = Students(decoding, start);
        if (!_recipe.HasTeacher)
            return rates;

        using ImageModel teacher = Create(_recipe.Teacher.Model, _recipe.Teacher.ImageSize, _recipe.Teacher.Training, out double create);
        TrainingRate plain = Teacher(new TeacherOptions());
        bool sharp = _recipe.Methods.Any(m => _recipe.Teacher.Prepared(m) is { Options.Rho: > 0 });
        return rates with
        {
            Teacher = Rate(teacher, create),
            Plain = plain,
            Sharpness = sharp ? Sharpness(plain) : null,
            Taught = Student(taught: true),
            CachedView = CachedView(teacher),
            Meter = MeterTiming.Measure(_recipe.Information, _side, _data.Dataset.Classes.Count, teacher.NumFeatures,
                _data.Dataset.Train.Count) with
            {
                Image = PerImage(() => Evaluator.Images(_sample.Evaluation(_sample.Dataset.Test, teacher.Info,
                    _recipe.Information.ImageSize), _cancel).Dispose()),
            },
        };
    }

    private RunRates Students(DecodingRate decoding, long start)
    {
        using ImageModel student = Create(_recipe.Student.Model, _recipe.Student.ImageSize, _recipe.Student.Training, out double create);
        (double export, double checkImage) = Export(student);
        return new RunRates
        {
            Decoding = decoding,
            Student = Rate(student, create),
            Alone = _recipe.Methods.Any(m => !m.HasTeacher) ? Student(taught: false) : null,
            Export = export,
            CheckImage = checkImage,
            WriteRate = WriteRate(),
            BaseMemory = start,
            DecodedHeld = _data.DecodedBytes,
        };
    }

    private ImageModel Create(string name, int? size, TrainingOptions training, out double seconds)
    {
        long begin = Stopwatch.GetTimestamp();
        ImageModel model = StageModels.Untrained(name, size, training, _data);
        seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        return model;
    }

    private ModelRate Rate(ImageModel model, double create) => new(
        model.parameters().Sum(p => p.numel()),
        create,
        PerImage(() => Evaluator.Run(model, _sample.Evaluation(_sample.Dataset.Test, model), _cancel).Dispose()),
        model.NumFeatures);

    private TrainingRate Teacher(TeacherOptions options)
    {
        TeacherRecipe recipe = _recipe.Teacher;
        double[] seconds = Train(recipe.Model, recipe.ImageSize, recipe.Training, 1, (model, training, progress, cancellationToken) =>
            new TeacherFineTuner(training, options).Run(Job(model, _sample.Training(training, model, 0), progress), cancellationToken),
            out long memory);
        return new TrainingRate(seconds[0], seconds[0], memory);
    }

    private TrainingRate Sharpness(TrainingRate plain) => plain.Fresh > SlowStep
        ? new TrainingRate(2 * plain.Fresh, 2 * plain.Kept, plain.Memory)
        : Teacher(_recipe.Teacher.Options with { Reweighting = new TeacherOptions().Reweighting });

    private TrainingRate Student(bool taught)
    {
        DistillationOptions distillation = _recipe.Student.Distillation;
        bool recycled = distillation.RecycledViews(_recipe.Student.Training.Epochs) > 0;
        StudentRecipe recipe = _recipe.Student;
        double[] seconds = Train(recipe.Model, recipe.ImageSize, recipe.Training, recycled ? 2 : 1,
            (model, training, progress, cancellationToken) =>
        {
            using ImageModel? teacher = taught
                ? StageModels.Untrained(_recipe.Teacher.Model, _recipe.Teacher.ImageSize, _recipe.Teacher.Training, _data)
                : null;
            TrainingJob job = Job(model, _sample.Training(training, model, 0, recycled, teacher), progress);
            ImageModel[] further = taught ? [.. recipe.FurtherTeachers.Select(Further)] : [];
            try
            {
                DistillationTeacher[] teachers = teacher is null
                    ? []
                    : [.. further.Prepend(teacher).Select(t => new DistillationTeacher(t))];
                new Distiller(training, distillation with { Views = recycled ? 1 : 0 }).Run(job, teachers, _sample.Dataset.Train.Count,
                    cancellationToken);
            }
            finally
            {
                Array.ForEach(further, f => f.Dispose());
            }
        }, out long memory);
        return new TrainingRate(seconds[0], seconds[^1], memory);
    }

    /// <summary>A further teacher. What is still to be downloaded is taken for one like the recipe's own.</summary>
    private ImageModel Further(string source) => WeightSource.IsRemote(source)
        ? StageModels.Untrained(_recipe.Teacher.Model, _recipe.Teacher.ImageSize, _recipe.Teacher.Training, _data)
        : ModelFolder.Load(WeightSource.WithoutScheme(source)).Model;

    /// <summary>Bytes of a view in a cache of the recipe's teacher: of its classes and features, for the run's own batches.</summary>
    private long CachedView(ImageModel teacher)
    {
        var kept = new StudentCache(_data, _recipe.Student, _recipe.Seeds[0]);
        return kept.IsWanted ? TeacherCache.Estimate(kept.Batches(teacher), kept.SpecFor(teacher), 1) : 0;
    }

    private static TrainingJob Job(ImageModel model, BatchLoader batches, IProgress<ProgressReport> progress) =>
        new() { Stage = "plan", Model = model, Train = batches, Progress = progress };

    /// <summary>Seconds of a step in each epoch, and the memory of one training.</summary>
    private double[] Train(
        string name,
        int? size,
        TrainingOptions given,
        int epochs,
        Action<ImageModel, TrainingOptions, IProgress<ProgressReport>, CancellationToken> run,
        out long memory)
    {
        // The rate does not change the time of a step, and a small one keeps an untrained model finite.
        // It validates nothing, so it has no best epoch; all of its views are full ones, which no epoch of a progressive training exceeds.
        TrainingOptions training = given with
        {
            Epochs = epochs,
            ValidateEvery = epochs,
            WarmupEpochs = 0,
            Lr = 1e-6,
            Keep = KeepPolicy.Last,
            Patience = 0,
            Progressive = "none",
        };
        ProcessMemory.ForgetPeak();
        double[] seconds = _side.Mean(() => StepTimer.Time(_options, epochs, (progress, cancellationToken) =>
        {
            using ImageModel model = StageModels.Untrained(name, size, training, _data);
            run(model, training, progress, cancellationToken);
        }, _cancel));
        memory = Math.Max(0, ProcessMemory.Peak - _before) / _side.Jobs;
        return seconds;
    }

    /// <summary>
    /// Seconds an image of a pass over the sample's test images; the first pass warms up, where it is not long by itself.
    /// </summary>
    private double PerImage(Action pass)
    {
        double seconds = Once();
        if (seconds < _options.Seconds)
            seconds = _side.Mean(() => [Once()])[0];
        return seconds / _sample.Dataset.Test.Count;

        double Once()
        {
            long begin = Stopwatch.GetTimestamp();
            pass();
            return Stopwatch.GetElapsedTime(begin).TotalSeconds;
        }
    }

    /// <summary>Decodes the sample, which its loaders then find decoded.</summary>
    private DecodingRate Decoding()
    {
        ModelInfo model = ModelCatalogue.Info(_recipe.Student.Model);
        int size = _recipe.Student.ImageSize ?? _data.ImageSize;
        (double decode, double view) = ColdAndWarm(_sample.StudentTraining(_recipe.Student.Training, model, size, 0, false, null));
        (double evaluation, _) = ColdAndWarm(_sample.Evaluation(_sample.Dataset.Test, model, size));
        long images = _sample.Dataset.Train.Count + _sample.Dataset.Test.Count;
        return new DecodingRate(decode, evaluation, view, _sample.DecodedBytes / images);
    }

    /// <summary>Seconds an image takes to decode, and to become a view.</summary>
    private (double Decode, double View) ColdAndWarm(BatchLoader loader)
    {
        double Pass()
        {
            long begin = Stopwatch.GetTimestamp();
            foreach (Batch batch in loader.Epoch(0))
            {
                batch.Dispose();
                _cancel.ThrowIfCancellationRequested();
            }

            return Stopwatch.GetElapsedTime(begin).TotalSeconds / Math.Max(1, loader.Count);
        }

        double cold = Pass(), warm = Pass();
        return (Math.Max(0, cold - warm), warm);
    }

    /// <summary>Seconds of an export, and of each image in its check.</summary>
    private (double Export, double Image) Export(ImageModel student)
    {
        using var folder = new ScratchFolder();
        using DisposeScope scope = NewDisposeScope();
        long begin = Stopwatch.GetTimestamp();
        string file = folder.File("model.onnx");
        OnnxExporter.Export(student, file, new OnnxExportOptions { Labels = _data.Dataset.Classes });
        double export = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        begin = Stopwatch.GetTimestamp();
        OnnxVerifier.Verify(student, file, zeros(EvaluationImages / 2, 3, student.ImageSize, student.ImageSize));
        return (export, Stopwatch.GetElapsedTime(begin).TotalSeconds / (EvaluationImages / 2));
    }

    private static double WriteRate()
    {
        using var folder = new ScratchFolder();
        long begin = Stopwatch.GetTimestamp();
        AtomicFile.WriteAllBytes(folder.File("bytes"), new byte[WrittenBytes]);
        return WrittenBytes / Math.Max(1e-3, Stopwatch.GetElapsedTime(begin).TotalSeconds);
    }

    private sealed class ScratchFolder : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("remem-plan-").FullName;

        public string File(string name) => Path.Combine(_path, name);

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }
}

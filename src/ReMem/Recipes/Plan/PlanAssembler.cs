using ReMem.Recipes.Stages;
using ReMem.Teachers;
using ReMem.Training;

namespace ReMem.Recipes.Plan;

/// <summary>Multiplies what was measured by what is left to do. A function of its arguments alone.</summary>
/// <param name="recipe">The job.</param>
/// <param name="counts">Its data.</param>
/// <param name="rates">What was measured.</param>
/// <param name="jobs">Parts at once.</param>
internal sealed class PlanAssembler(Recipe recipe, PlanCounts counts, RunRates rates, int jobs)
{
    // A process of its own starts .NET and libtorch, and reads what an earlier check of the images left.
    private const double WorkerStart = 2;
    private const long FewFiles = 256 << 10;
    private const string TrialStage = "trials of auto";
    private const string MeterStage = "meter";
    private const string AloneStage = "student (labels alone)";
    private const string TaughtStage = "student (taught)";
    private const string CacheStage = "teacher caches";
    private const string EvaluationStage = "evaluation";
    private const string FilesStage = "files";
    private const string ExportStage = "export";
    private const string ProbeStage = "linear probe";

    // Seconds of the probe's fit for each image and class, with much room; its passes over the images cost far more.
    private const double ProbeFit = 2e-5;
    private readonly Dictionary<string, PlanStage> _stages = [];
    private readonly HashSet<int> _furtherCached = [];
    private long _checkpoint;

    private long Decoded => Math.Min(Data.Decoding.DecodedImageCache.DefaultBytes, rates.Decoding.Bytes * counts.All);

    // What does not fit the cache is decoded again whenever it is used.
    private double Overflow => 1 - (double)Decoded / Math.Max(1, rates.Decoding.Bytes * counts.All);

    /// <summary>The plan of what is left; warnings and the time of measuring are the caller's to add.</summary>
    public RunPlan Assemble(IReadOnlyList<PartLeft> parts)
    {
        PartLeft[] left = [.. parts.Where(p => !p.IsDone)];
        foreach (string stage in recipe.Methods.Where(m => m.HasTeacher).Select(TeacherStage)
            .Concat([TrialStage, MeterStage, AloneStage, TaughtStage, CacheStage, ProbeStage, EvaluationStage, FilesStage, ExportStage]))
            Add(stage, 0, 0);
        double[] seconds = [.. left.Select(Part)];
        double files = jobs == 1
            ? left.Length == 0 ? 0 : DecodeOnce() * (1 - Math.Min(1, (double)rates.DecodedHeld / Math.Max(1, Decoded)))
            : 0;
        Add(FilesStage, 1, files);
        Add(ExportStage, 1, rates.Export + rates.Student.Create + (counts.Test * rates.CheckImage)
            + (Math.Min(counts.Train, StudentExport.MaxChecked) * rates.Student.EvaluateImage), disk: 2 * rates.Student.Bytes);
        double probe = recipe is { LinearProbe: true, HasTeacher: true }
            ? Add(ProbeStage, 1, rates.Teacher!.Create + (counts.All * rates.Teacher.EvaluateImage)
                + (counts.Train * counts.Classes * ProbeFit))
            : 0;
        PlanStage[] stages = [.. _stages.Values.Where(s => s.Count > 0)];
        long peak = stages.Max(s => s.PeakMemoryBytes), caches = _stages[CacheStage].DiskBytes;
        return new RunPlan(
            parts.Count,
            left.Length,
            jobs,
            stages,
            Makespan(seconds) + files + probe + _stages[ExportStage].Seconds,
            jobs == 1 ? peak : rates.BaseMemory + (jobs * peak),
            // A checkpoint is written in full before it replaces the last one.
            stages.Sum(s => s.DiskBytes) - caches + (2 * jobs * _checkpoint),
            0,
            [])
        {
            CacheBytes = caches,
        };
    }

    private static string TeacherStage(TeacherMethod method) => $"teacher {method}";

    /// <summary>Seconds of a part, which are also counted by stage.</summary>
    private double Part(PartLeft left)
    {
        double seconds = 0;
        if (jobs > 1)
            seconds += Add(FilesStage, 0, WorkerStart + DecodeOnce());
        if (recipe.Teacher.Prepared(left.Part.Method) is { } preparation)
        {
            double trials = left.TeacherEpochs is null ? 0 : Trials(preparation, left);
            seconds += trials;
            if (left.TeacherEpochs is { } done)
            {
                bool tuned = recipe.SameFineTuning(left.Part).Any();
                seconds += Teacher(left.Part.Method, preparation, tuned ? Math.Max(done, recipe.Teacher.Training.Epochs) : done);
            }
            if (left.MeterLeft)
                seconds += Meter(decoded: trials > 0);
        }

        if (left.StudentEpochs is not { } epochs)
            return seconds;
        bool taught = left.Part.Method.HasTeacher && recipe.Student.Distillation.AsksTeacher;
        if (taught && rates.CachedView > 0)
            Caches(left.Part.Seed, epochs);
        return seconds + Student(taught, epochs);
    }

    /// <summary>The short fine-tunings by which 'auto' chooses, and what they keep; 0 where all is given.</summary>
    private double Trials(TeacherPreparation preparation, PartLeft left)
    {
        TeacherCandidate[] candidates = [.. preparation.Candidates(recipe.Teacher.Model).Skip(left.TrialsDone)];
        int trials = candidates.Length;
        if (trials == 0)
            return 0;
        TrainingOptions training = recipe.Teacher.Training;
        double step = candidates.Average(c => Rate(c.Options).Fresh);
        long memory = candidates.Max(c => Rate(c.Options).Memory);
        (ModelRate teacher, MeterRate meter) = (rates.Teacher!, rates.Meter!);
        int epochs = (trials * recipe.Teacher.AutoEpochs) - left.TrialEpochs;

        // Each is validated once, at its end; what is measured is of training and validation images, which are prepared once for all.
        double evaluated = counts.Train + (2 * counts.Validation);
        double seconds = (epochs * PlanCounts.Batches(counts.Train, training) * step)
            + (trials * (teacher.Create + (evaluated * teacher.EvaluateImage) + meter.Logits.Of(counts.Train)))
            + ((counts.Train + counts.Validation) * meter.Image) + DecodeInFull;
        Add(TrialStage, trials, seconds, Resident(memory + (counts.Train * meter.RowMemory)));
        return seconds + Add(FilesStage, 0, Epochs(training, teacher, counts.Train, epochs, epochs));
    }

    /// <summary>What a student's teachers leave in their caches. A further teacher's serves all methods of a seed.</summary>
    private void Caches(int seed, int done)
    {
        int views = recipe.Student.Distillation.ShownViews(recipe.Student.Training.Epochs);
        int teachers = 1 + (_furtherCached.Add(seed) ? recipe.Student.FurtherTeachers.Count : 0);
        Add(CacheStage, teachers, 0, disk: teachers * Math.Max(0, views - done) * rates.CachedView);
    }

    private TrainingRate Rate(TeacherOptions options) => options.Rho > 0 ? rates.Sharpness! : rates.Plain!;

    private double Teacher(TeacherMethod method, TeacherPreparation preparation, int done)
    {
        TrainingOptions training = recipe.Teacher.Training with { Epochs = recipe.Teacher.Training.Epochs + preparation.McmiEpochs };
        (TrainingRate rate, ModelRate teacher) = (Rate(preparation.Options), rates.Teacher!);
        int epochs = training.Epochs - done, views = preparation.NeedsPairs ? 2 : 1;
        double steps = PlanCounts.Batches(counts.Train, training) * epochs * views * rate.Fresh;

        // Class means, and what they have become; what the logits of kept epochs keep.
        int passes = preparation.McmiEpochs > 0 ? preparation.McmiEpochs + 2 : 0;
        double chosen = preparation.IsEarly
            ? EpochCheckpoints.Max * (rates.Meter!.Logits.Of(counts.Train) + ((counts.Train + counts.Validation) * teacher.EvaluateImage))
            : 0;
        double seconds = Add(
            TeacherStage(method), 1, teacher.Create + steps + (passes * counts.Train * teacher.EvaluateImage) + chosen,
            Resident(views * rate.Memory), teacher.Bytes + FewFiles);
        return seconds + Trained(training, teacher, counts.Train, done, fresh: epochs);
    }

    private double Meter(bool decoded)
    {
        MeterRate meter = rates.Meter!;
        int images = counts.Train + counts.Test;
        double seconds = rates.Teacher!.Create + (images * (rates.Teacher.EvaluateImage + meter.Image)) + meter.Logits.Of(counts.Train)
            + meter.Pooled.Of(counts.Train) + (decoded ? 0 : DecodeInFull);
        return Add(MeterStage, 1, seconds, Resident(rates.Teacher.Bytes + (counts.Train * meter.RowMemory)), FewFiles);
    }

    private double Student(bool taught, int done)
    {
        TrainingOptions training = recipe.Student.Training;
        TrainingRate rate = (taught ? rates.Taught : rates.Alone ?? rates.Taught)!;
        int views = recipe.Student.Distillation.RecycledViews(training.Epochs);
        int epochs = training.Epochs - done, fresh = views == 0 ? epochs : Math.Min(views, epochs);
        int batches = PlanCounts.Batches(counts.StudentTrain, training);
        long size = recipe.Student.ImageSize ?? recipe.Data.ImageSize;
        long viewBytes = 3L * size * size * counts.StudentTrain * views;
        long keptBytes = Math.Min(viewBytes, PreparedData.ViewCacheBytes);
        double kept = rate.Kept + ((1 - ((double)keptBytes / Math.Max(1, viewBytes))) * training.BatchSize * rates.Decoding.View);
        long answers = taught && rates.CachedView == 0 ? 4L * views * counts.StudentTrain * counts.Classes : 0;
        double seconds = Add(
            taught ? TaughtStage : AloneStage,
            1,
            rates.Student.Create + (batches * ((fresh * rate.Fresh) + ((epochs - fresh) * kept))),
            Resident(rate.Memory + keptBytes + answers),
            rates.Student.Bytes + FewFiles);
        return seconds + Trained(training, rates.Student, counts.StudentTrain, done, fresh);
    }

    /// <summary>What surrounds the steps of a training: validations, scores, checkpoints, images that have to be decoded again.</summary>
    private double Trained(TrainingOptions training, ModelRate model, int images, int done, int fresh)
    {
        double scored = ((double)PlanCounts.Validations(training, done) * counts.Validation) + counts.Validation + counts.Test;
        double seconds = Add(EvaluationStage, 1, scored * (model.EvaluateImage + (Overflow * rates.Decoding.Evaluation)));
        return seconds + Add(FilesStage, 0,
            Epochs(training, model, images, training.Epochs - done, fresh) + (model.Bytes / rates.WriteRate));
    }

    /// <summary>Seconds of an epoch's files: its checkpoint, and the images that have to be decoded again.</summary>
    /// <param name="training">Whose.</param>
    /// <param name="model">What is trained.</param>
    /// <param name="images">Images of an epoch.</param>
    /// <param name="epochs">How many.</param>
    /// <param name="fresh">Of these, on views that were not seen before.</param>
    private double Epochs(TrainingOptions training, ModelRate model, int images, int epochs, int fresh)
    {
        long checkpoint = model.Bytes * (training.Optimizer == OptimizerKind.Sgd ? 2 : 3);
        _checkpoint = Math.Max(_checkpoint, checkpoint);
        return (epochs * (double)checkpoint / rates.WriteRate) + (fresh * Overflow * images * rates.Decoding.Training);
    }

    /// <summary>
    /// Where training decodes large photos reduced, a measurement is the first to decode those of the training split in full.
    /// </summary>
    private double DecodeInFull => rates.Decoding.Training < 0.7 * rates.Decoding.Evaluation ? counts.Train * rates.Decoding.Evaluation : 0;

    private double DecodeOnce() =>
        (1 - Overflow) * ((counts.StudentTrain * rates.Decoding.Training)
            + ((counts.Validation + counts.Test) * rates.Decoding.Evaluation));

    private long Resident(long work) => rates.BaseMemory + Math.Max(0, Decoded - rates.DecodedHeld) + work;

    private double Add(string stage, int count, double seconds, long memory = 0, long disk = 0)
    {
        PlanStage known = _stages.GetValueOrDefault(stage) ?? new PlanStage(stage, 0, 0, 0, 0);
        _stages[stage] = known with
        {
            Count = known.Count + count,
            Seconds = known.Seconds + seconds,
            PeakMemoryBytes = Math.Max(known.PeakMemoryBytes, memory),
            DiskBytes = known.DiskBytes + disk,
        };
        return seconds;
    }

    /// <summary>From start to end when each job takes the next part as it becomes free.</summary>
    private double Makespan(IEnumerable<double> parts)
    {
        double[] free = new double[jobs];
        foreach (double seconds in parts)
        {
            int next = Array.IndexOf(free, free.Min());
            free[next] += seconds;
        }

        return free.Max();
    }
}

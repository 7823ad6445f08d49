using ReMem.Teachers;
using ReMem.Training;

namespace ReMem.Recipes;

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
    private const string MeterStage = "meter";
    private const string AloneStage = "student (labels alone)";
    private const string TaughtStage = "student (taught)";
    private const string EvaluationStage = "evaluation";
    private const string FilesStage = "files";
    private const string ExportStage = "export";
    private readonly Dictionary<string, PlanStage> _stages = [];
    private long _checkpoint;

    private long Decoded => Math.Min(Data.DecodedImageCache.DefaultBytes, rates.Decoding.Bytes * counts.All);

    // What does not fit the cache is decoded again whenever it is used.
    private double Overflow => 1 - (double)Decoded / Math.Max(1, rates.Decoding.Bytes * counts.All);

    /// <summary>The plan of what is left; warnings and the time of measuring are the caller's to add.</summary>
    public RunPlan Assemble(IReadOnlyList<PartLeft> parts)
    {
        PartLeft[] left = [.. parts.Where(p => !p.IsDone)];
        foreach (string stage in recipe.Methods.Where(m => m != "none").Select(TeacherStage).Concat([MeterStage, AloneStage, TaughtStage, EvaluationStage, FilesStage, ExportStage]))
            Add(stage, 0, 0);
        double[] seconds = [.. left.Select(Part)];
        double files = jobs == 1 ? left.Length == 0 ? 0 : DecodeOnce() * (1 - Math.Min(1, (double)rates.DecodedHeld / Math.Max(1, Decoded))) : 0;
        Add(FilesStage, 1, files);
        Add(ExportStage, 1, rates.Export + rates.Student.Create, disk: 2 * rates.Student.Bytes);
        PlanStage[] stages = [.. _stages.Values.Where(s => s.Count > 0)];
        long peak = stages.Max(s => s.PeakMemoryBytes);
        return new RunPlan(
            parts.Count,
            left.Length,
            jobs,
            stages,
            Makespan(seconds) + files + _stages[ExportStage].Seconds,
            jobs == 1 ? peak : rates.BaseMemory + (jobs * peak),
            // A checkpoint is written beside the one that it replaces.
            stages.Sum(s => s.DiskBytes) + (2 * jobs * _checkpoint),
            0,
            []);
    }

    private static string TeacherStage(string method) => $"teacher {method}";

    /// <summary>Seconds of a part, which are also counted by stage.</summary>
    private double Part(PartLeft left)
    {
        double seconds = 0;
        if (jobs > 1)
            seconds += Add(FilesStage, 0, WorkerStart + DecodeOnce());
        if (TeacherMethods.Options(left.Part.Method, recipe.Teacher) is { } options)
        {
            if (left.TeacherEpochs is { } done)
                seconds += Teacher(left.Part.Method, options, done);
            if (left.MeterLeft)
                seconds += Meter();
        }

        return seconds + (left.StudentEpochs is { } epochs ? Student(left.Part.Method != "none", epochs) : 0);
    }

    private double Teacher(string method, TeacherOptions options, int done)
    {
        TrainingOptions training = recipe.Teacher.Training;
        TrainingRate rate = options.Rho > 0 ? rates.Sharpness! : rates.Plain!;
        int steps = counts.Batches(training) * (training.Epochs - done);
        double seconds = Add(
            TeacherStage(method), 1, rates.Teacher!.Create + (steps * rate.Fresh), Resident(rate.Memory), rates.Teacher.Bytes + FewFiles);
        return seconds + Trained(training, rates.Teacher, done, fresh: training.Epochs - done);
    }

    private double Meter()
    {
        MeterRate meter = rates.Meter!;
        int images = counts.Train + counts.Test;
        double seconds = rates.Teacher!.Create + (images * (rates.Teacher.EvaluateImage + meter.Image)) + meter.Fixed + (counts.Train * meter.Row);
        // Where training decodes large photos reduced, the meter is the first to decode those of the training split in full.
        if (rates.Decoding.Training < 0.7 * rates.Decoding.Evaluation)
            seconds += counts.Train * rates.Decoding.Evaluation;
        return Add(MeterStage, 1, seconds, Resident(rates.Teacher.Bytes + (counts.Train * meter.RowMemory)), FewFiles);
    }

    private double Student(bool taught, int done)
    {
        TrainingOptions training = recipe.Student.Training;
        taught &= recipe.Student.Distillation.AsksTeacher;
        TrainingRate rate = (taught ? rates.Taught : rates.Alone ?? rates.Taught)!;
        int views = recipe.Student.Distillation.RecycledViews(training.Epochs);
        int epochs = training.Epochs - done, fresh = views == 0 ? epochs : Math.Min(views, epochs);
        int batches = counts.Batches(training);
        long size = recipe.Student.ImageSize ?? recipe.Data.ImageSize;
        long viewBytes = 3L * size * size * counts.Train * views;
        long keptBytes = Math.Min(viewBytes, PreparedData.ViewCacheBytes);
        double kept = rate.Kept + ((1 - ((double)keptBytes / Math.Max(1, viewBytes))) * training.BatchSize * rates.Decoding.View);
        long answers = taught ? 4L * views * counts.Train * counts.Classes : 0;
        double seconds = Add(
            taught ? TaughtStage : AloneStage,
            1,
            rates.Student.Create + (batches * ((fresh * rate.Fresh) + ((epochs - fresh) * kept))),
            Resident(rate.Memory + keptBytes + answers),
            rates.Student.Bytes + FewFiles);
        return seconds + Trained(training, rates.Student, done, fresh);
    }

    /// <summary>What surrounds the steps of a training: validations, scores, checkpoints, images that have to be decoded again.</summary>
    private double Trained(TrainingOptions training, ModelRate model, int done, int fresh)
    {
        double images = ((double)PlanCounts.Validations(training, done) * counts.Validation) + counts.Validation + counts.Test;
        double seconds = Add(EvaluationStage, 1, images * (model.EvaluateImage + (Overflow * rates.Decoding.Evaluation)));
        long checkpoint = model.Bytes * (training.Optimizer == "sgd" ? 2 : 3);
        _checkpoint = Math.Max(_checkpoint, checkpoint);
        double written = (((training.Epochs - done) * (double)checkpoint) + model.Bytes) / rates.WriteRate;
        return seconds + Add(FilesStage, 0, written + (fresh * Overflow * counts.Train * rates.Decoding.Training));
    }

    private double DecodeOnce() =>
        (1 - Overflow) * ((counts.Train * rates.Decoding.Training) + ((counts.Validation + counts.Test) * rates.Decoding.Evaluation));

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

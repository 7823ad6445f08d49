using ReMem.Evaluation;
using ReMem.Information;
using ReMem.Recipes;
using ReMem.Recipes.Stages;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Training;

namespace ReMem.Tests.Recipes;

/// <summary>Results of stages that were not run.</summary>
internal static class StageResults
{
    /// <summary>A model's scores; the other figures follow from top-1, so that each is known again.</summary>
    public static ClassificationMetrics Scores(double top1) =>
        new(10, top1, top1 / 2, top1 / 4, top1 / 8, 1 - top1,
            [new ClassScore("a", 5, top1, top1, top1), new ClassScore("b", 5, top1, top1, top1)]);

    /// <summary>A training of two epochs, of which the second is validated, in three minutes.</summary>
    public static TrainedResult Trained(double validation, double test, int skipped = 0, TeacherChoice? choice = null)
    {
        EpochRecord[] epochs = [new(1, 0.9, 0, 1e-3, null, null, 90), new(2, 0.7, 0, 1e-4, validation, 1.1, 90)];
        return new TrainedResult(Scores(validation), Scores(test),
            new TrainingResult(epochs, 20, skipped, 180) { KeptEpoch = 2 })
        { Reweighting = choice };
    }

    /// <summary>A measurement of that mean from the logits, and twice that from the pooled feature.</summary>
    public static MeterResult Measured(double mean, int images = 8, int leaked = 2) =>
        new(Information(mean, images, leaked), Information(2 * mean, images, leaked), 5);

    /// <summary>A part's results; the method none has no teacher.</summary>
    public static MethodRun Run(TeacherMethod method, int seed, double student, double teacher = 0.5) => !method.HasTeacher
        ? new MethodRun(method, seed, null, null, Trained(student, student - 0.1))
        : new MethodRun(method, seed, Trained(teacher, teacher - 0.1), Measured(teacher / 10), Trained(student, student - 0.1));

    /// <summary>Leaves a part's results in a run's folder, as if it had been computed there.</summary>
    public static void Leave(string folder, ComparisonPart part, MethodRun run)
    {
        string At(string role, string file) => Path.Combine([folder, .. part.Path, role, file]);
        if (run.Teacher is not null)
        {
            AtomicFile.WriteAllText(At("teacher", "result.json"), Json.Serialize(run.Teacher));
            AtomicFile.WriteAllText(At("teacher", "information.json"), Json.Serialize(run.Information!));
        }

        AtomicFile.WriteAllText(At("student", "result.json"), Json.Serialize(run.Student));
    }

    private static InformationResult Information(double mean, int images, int leaked) =>
        new(new Interval(mean, 0.001, 2), [mean - 0.0001, mean + 0.0001], 1, [0.5, 0.6], images, leaked, 2);
}

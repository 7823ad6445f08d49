using System.Globalization;
using ReMem.Data;
using ReMem.Data.Sources;
using ReMem.Evaluation.Latency;
using ReMem.Models;
using ReMem.Recipes.Stages;
using ReMem.Reports;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Training;

namespace ReMem.Recipes.Run;

/// <summary>Turns the stages' results into a report.</summary>
internal sealed class ReportAssembler(Recipe recipe, ImageDataset dataset, UnlabelledImages? unlabelled = null)
{
    /// <summary>Assembles the report.</summary>
    /// <param name="runs">The results of the parts.</param>
    /// <param name="onnx">The exported student.</param>
    /// <param name="answers">How it answers the test images; null where that is not known.</param>
    /// <param name="probe">The linear probe's scores; null where none was fitted.</param>
    /// <param name="command">The command line.</param>
    /// <param name="started">When it began.</param>
    /// <param name="outcome">Planned against actual time; null where nothing was planned.</param>
    /// <param name="times">Times of student and teacher; null where they were not measured.</param>
    public ComparisonReport Assemble(IReadOnlyList<MethodRun> runs, OnnxSection onnx, AnswerSection? answers, ProbeResult? probe,
        string command, DateTimeOffset started, string? outcome, ModelTimes? times = null)
    {
        ComparisonReport report = Assemble(runs, onnx, command, started, outcome) with
        {
            Answers = answers,
            Probe = ExportedScores.Of(probe?.Test),
            Quoted = recipe.QuotedReport is { } quoted ? QuotedComparison.Read(quoted) : null,
        };
        report = report with { Costs = [.. Costs(runs.Where(r => r.Seed == onnx.Seed), onnx, probe, times)] };
        return report with { NextSteps = NextSteps.Of(report, recipe.Data.Source, unlabelled is not null) };
    }

    /// <summary>What each model costs and reaches: the teachers, the probe on one of them, and the students.</summary>
    private IEnumerable<CostRow> Costs(IEnumerable<MethodRun> runs, OnnxSection onnx, ProbeResult? probe, ModelTimes? times)
    {
        ModelStatistics Of(string name, int? size) => ModelCatalogue.Count(
            name, new ModelOptions { NumClasses = dataset.Classes.Count, ImageSize = size ?? recipe.Data.ImageSize });
        ModelStatistics teacher = Of(recipe.Teacher.Model, recipe.Teacher.ImageSize);
        ModelStatistics student = Of(recipe.Student.Model, recipe.Student.ImageSize);
        MethodRun[] all = [.. runs];
        foreach (MethodRun run in all)
        {
            bool exported = run.Method.Name == onnx.Method;
            yield return new CostRow($"student {(run.Method.HasTeacher ? $"of '{run.Method}'" : "on labels alone")}"
                + (exported ? " (your model)" : string.Empty), student.Parameters, student.Macs, run.Student.Test.Top1,
                run.Student.Test.BalancedAccuracy)
            {
                Role = exported ? ModelRole.Exported : ModelRole.Student,
                Milliseconds = times?.Student,
            };
        }

        foreach (MethodRun run in all.Where(r => r.Teacher is not null))
        {
            yield return new CostRow($"teacher '{run.Method}'", teacher.Parameters, teacher.Macs, run.Teacher!.Test.Top1,
                run.Teacher.Test.BalancedAccuracy)
            {
                Role = ModelRole.Teacher,
                Milliseconds = times?.Teacher,
            };
        }

        if (probe is not null)
        {
            yield return new CostRow("linear probe on the pretrained teacher", teacher.Parameters, teacher.Macs, probe.Test.Top1,
                probe.Test.BalancedAccuracy)
            {
                Role = ModelRole.Probe,
                Milliseconds = times?.Teacher,
            };
        }
    }

    private ComparisonReport Assemble(IReadOnlyList<MethodRun> runs, OnnxSection onnx, string command, DateTimeOffset started,
        string? outcome) => new()
        {
            Title = recipe.Title ?? recipe.Name,
            Command = command,
            RecipeName = recipe.Name,
            RecipeText = RecipeReader.Write(recipe),
            Data = Data(recipe.Data, dataset, unlabelled),
            Teacher = recipe.Teacher.Model,
            Student = recipe.Student.Model,
            Seeds = recipe.Seeds,
            Rows = [.. recipe.Methods.Select(method =>
            new TeacherRow { Method = method.Name, Seeds = [.. runs.Where(r => r.Method == method).Select(Row)] })],
            Curves = [.. runs.Where(r => r.Seed == recipe.Seeds[0]).SelectMany(Curves)],
            Onnx = onnx,
            Environment = EnvironmentInfo.Current(),
            Notes = [.. Notes(runs), .. outcome is null ? [] : new[] { outcome }],
            Started = started,
            Finished = DateTimeOffset.UtcNow,
        };

    /// <summary>What the results were measured on.</summary>
    public static DataSection Data(DataRecipe recipe, ImageDataset dataset, UnlabelledImages? unlabelled)
    {
        int[][] counts =
            [.. new[] { dataset.Train, dataset.Validation, dataset.Test }.Select(split => CountByClass(split, dataset.Classes.Count))];
        return new DataSection(
            dataset.Description, recipe.ImageSize,
            [.. dataset.Classes.Select((name, i) => new ClassCount(name, counts[0][i], counts[1][i], counts[2][i]))], dataset.Warnings)
        {
            Unlabelled = unlabelled?.ToString(),
        };
    }

    /// <summary>One seed's figures.</summary>
    public static SeedRow Row(MethodRun run) => new()
    {
        Seed = run.Seed,
        TeacherTop1 = run.Teacher?.Test.Top1,
        TeacherValidationTop1 = run.Teacher?.Validation.Top1,
        StudentValidationTop1 = run.Student.Validation.Top1,
        TeacherBalanced = run.Teacher?.Test.BalancedAccuracy,
        InformationLogits = run.Information?.Logits.NatsPerChannel,
        InformationPooled = run.Information?.Pooled.NatsPerChannel,
        StudentTop1 = run.Student.Test.Top1,
        StudentBalanced = run.Student.Test.BalancedAccuracy,
        StudentTop5 = run.Student.Test.Top5,
        Ece = run.Student.Test.ExpectedCalibrationError,
        TeacherMinutes = (run.Teacher?.Training.Seconds ?? 0) / 60,
        StudentMinutes = run.Student.Training.Seconds / 60,
    };

    /// <summary>Why 'auto' chose what it did, and all that it measured.</summary>
    private static string Choice(TeacherChoice choice) => $"auto: {choice.Reason} After {choice.Epochs} epochs: {Trials(choice)}.";

    private static string Trials(TeacherChoice choice) => string.Join("; ", choice.Trials.Select(t =>
        FormattableString.Invariant($"{t.Policy} {100 * t.ValidationTop1:0.0} %, I_hat {t.Information.Mean:0.0000}")));

    /// <summary>What was done to a teacher after its fine-tuning.</summary>
    private static IEnumerable<string> After(TrainedResult teacher)
    {
        if (teacher.Reweighting is { } choice)
            yield return Choice(choice);
        if (teacher.Early is { } early)
            yield return $"early: {early.Reason} {Trials(early)}.";
        if (teacher.ConditionalInformation is { } raised)
        {
            yield return FormattableString.Invariant(
                $"mcmi: I(X; Y_hat given Y) went from {raised.Before:0.0000} to {raised.After:0.0000} nats on training images.");
        }

        if (teacher.Temperature is { } temperature)
            yield return FormattableString.Invariant($"the teacher's logits are divided by {temperature:0.###}.");
    }

    private static IEnumerable<Curve> Curves(MethodRun run)
    {
        foreach ((string role, TrainedResult? result) in new[] { ("Teacher", run.Teacher), ("Student", run.Student) })
        {
            if (result is null)
                continue;
            yield return new Curve($"{role}: training loss", run.Method.Name,
                [.. result.Training.Epochs.Select(e => new CurvePoint(e.Epoch, e.TrainLoss))]);
            yield return new Curve(
                role == "Student" ? Curve.StudentValidation : $"{role}: validation top-1 (%)", run.Method.Name,
                [.. Validated(result.Training.Epochs)]);
        }
    }

    private static IEnumerable<CurvePoint> Validated(IEnumerable<EpochRecord> epochs) =>
        epochs.Where(e => e.ValidationTop1 is not null).Select(e => new CurvePoint(e.Epoch, 100 * e.ValidationTop1!.Value));

    private IEnumerable<string> Notes(IReadOnlyList<MethodRun> runs)
    {
        int teacher = recipe.Teacher.ImageSize ?? recipe.Data.ImageSize, student = recipe.Student.ImageSize ?? recipe.Data.ImageSize;
        if (teacher != recipe.Data.ImageSize || student != recipe.Data.ImageSize)
            yield return $"Teachers see views of {teacher} px and students of {student} px; while distilling, both see the same crop.";
        foreach (TeacherMethod method in recipe.Methods)
        {
            double[] validation = [.. runs.Where(r => r.Method == method).Select(r => r.Student.Validation.Top1)];
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Validation top-1 of the students of '{method}': {100 * validation.Average():0.0} % (the exported student was "
                    + $"chosen by it).");
        }

        foreach (MethodRun run in runs.Where(r => r.Teacher is not null))
        {
            foreach (string note in After(run.Teacher!))
                yield return $"{run.Method}, seed {run.Seed}: {note}";
        }

        int skipped = runs.Sum(r => r.Student.Training.SkippedSteps + (r.Teacher?.Training.SkippedSteps ?? 0));
        if (skipped > 0)
            yield return $"{skipped} steps were left out since the gradient was not finite.";
        if (unlabelled is not null)
        {
            yield return $"Students with a teacher learn from {unlabelled.Images.Count + dataset.Train.Count} images, "
                + $"{unlabelled.Images.Count} of them without labels; those without one from the labelled images for as many steps.";
            IEnumerable<string> sure = runs.Where(r => r.Student.UnlabelledConfidence is not null).GroupBy(r => r.Method).Select(g =>
                string.Create(CultureInfo.InvariantCulture, $"{g.Key} {100 * g.Average(r => r.Student.UnlabelledConfidence!.Value):0} %"));
            if (sure.Any())
                yield return $"Mean probability of the teachers' own class on unlabelled images: {string.Join(", ", sure)}.";
        }

        if (runs.Select(r => r.Information).FirstOrDefault(i => i is not null) is { Logits: var meter })
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"I_hat: decoders learned on {dataset.Train.Count + (unlabelled?.Images.Count ?? 0)} training images"
                    + $"{(unlabelled is null ? string.Empty : ", with and without labels,")} and were judged on {meter.TestImages} "
                    + $"test images ({meter.LeakedImages} left out as equal to a training image), {recipe.Information.ImageSize} px, "
                    + $"{recipe.Information.Seeds} decoder seeds.");
        }
    }

    private static int[] CountByClass(IImageSource split, int classes)
    {
        int[] counts = new int[classes];
        for (int i = 0; i < split.Count; i++)
            counts[split.Label(i)]++;
        return counts;
    }
}

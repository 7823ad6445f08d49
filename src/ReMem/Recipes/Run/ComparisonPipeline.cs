using ReMem.Evaluation.Latency;
using ReMem.Models;
using ReMem.Recipes.Plan;
using ReMem.Recipes.Stages;
using ReMem.Reports;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Run;

/// <summary>
/// The whole job of a recipe: for every seed, prepare the teachers, measure what each keeps, distil a student from each; then export the
/// student of the method that did best on validation, and report. Every finished stage is kept,
/// so the same call continues an interrupted run.
/// </summary>
/// <param name="recipe">The job.</param>
/// <param name="progress">Hears of the work.</param>
/// <param name="sources">Finds the weights that the recipe names; null looks as the environment says.</param>
internal sealed class ComparisonPipeline(Recipe recipe, IProgress<ProgressReport>? progress, WeightSource? sources = null)
{
    private const string EnvironmentFile = "environment.json";

    private readonly WeightSource _sources = sources ?? new WeightSource();

    /// <summary>Given the exported file before it is checked, where tests break it.</summary>
    internal Action<string>? Exported { get; init; }

    /// <summary>What was timed of the recipe's models and data before; null times them for the plan.</summary>
    internal RunRates? Known { get; init; }

    /// <summary>Runs what is not done yet, then exports the best student and checks its file on the whole test split: where it fails,
    /// <see cref="OnnxSection.Failure"/> of the report says why, and there is no student/model.onnx.</summary>
    /// <param name="path">The run folder: new, empty, or of this very recipe.</param>
    /// <param name="command">The command line, for the report.</param>
    /// <param name="workers">Compute the parts in processes of their own; null computes them here, one after the other.</param>
    /// <param name="cancellationToken">Stops between steps; the folder stays resumable.</param>
    /// <exception cref="InputException">Whatever is wrong with recipe, data, weights or folder.</exception>
    public ComparisonReport Run(string path, string command, PartWorkers? workers = null, CancellationToken cancellationToken = default)
    {
        DateTimeOffset started = DateTimeOffset.UtcNow;
        PartWorkers.RequireJobs(workers?.Jobs ?? 1);
        StageChecks.RequireTrainable(recipe);
        // Used at the end of the run: what is wrong with it is said before the hours.
        if (recipe.QuotedReport is { } quoted)
            QuotedComparison.Read(quoted);
        StageChecks.FetchWeights(recipe, _sources, cancellationToken);
        PreparedData data = Open();
        using RunFolder folder = RunFolder.Open(path, RecipeReader.Write(recipe));
        return folder.Use(() => Run(folder, data, command, started, workers, cancellationToken));
    }

    /// <summary>
    /// Says what <see cref="Run(string, string, PartWorkers?, CancellationToken)"/> would cost, and does none of it; nothing is downloaded.
    /// </summary>
    /// <param name="path">The run folder, which need not exist; what is done in it is left out.</param>
    /// <param name="jobs">Parts at once.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">Whatever is wrong with recipe, data or folder.</exception>
    public RunPlan Plan(string path, int jobs = 1, CancellationToken cancellationToken = default)
    {
        PartWorkers.RequireJobs(jobs);
        StageChecks.RequireTrainable(recipe);
        RunFolder.RequireFree(path, RecipeReader.Write(recipe));
        return Measure(Open(), path, jobs, progress, cancellationToken);
    }

    /// <summary>Computes one part in the folder of a run that another process holds, and leaves its results there.</summary>
    /// <param name="path">The run folder.</param>
    /// <param name="part">Which.</param>
    /// <param name="threads">Threads to compute with, 1 or more.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InputException">The folder is no run of this recipe.</exception>
    /// <exception cref="FolderInUseException">The part is being computed, or was just computed, by another process.</exception>
    public void RunPart(string path, ComparisonPart part, int threads, CancellationToken cancellationToken = default)
    {
        Libtorch.SetThreads(threads);
        using RunFolder folder = RunFolder.Join(path, RecipeReader.Write(recipe), [.. part.Path]);
        // Another process held it until now: the part is that one's, and is not reported twice.
        if (MethodRun.TryRead(part, path) is not null)
            throw new FolderInUseException(path);
        PreparedData data = PreparedData.Open(recipe, seed: part.Seed, threads: threads);
        using var context = new StageContext(data, progress, cancellationToken, _sources);
        new PartStages(recipe, context).Run(part, folder.Path);
    }

    private PreparedData Open()
    {
        if (recipe.Threads > 0)
            Libtorch.SetThreads(recipe.Threads);
        return PreparedData.Open(recipe, progress);
    }

    private ComparisonReport Run(
        RunFolder folder, PreparedData data, string command, DateTimeOffset started, PartWorkers? workers,
        CancellationToken cancellationToken)
    {
        var log = new RunLog(folder, progress);
        if (folder.TryRead<EnvironmentInfo>(EnvironmentFile) is { } earlier
            && EnvironmentInfo.Current().DifferenceFrom(earlier) is { } difference)
            log.Report(new MessageProgress("run", difference));
        folder.Write(EnvironmentInfo.Current(), EnvironmentFile);
        using var context = new StageContext(data, log, cancellationToken, _sources);
        new StudentStage(context).RequireFurtherTeachers(recipe);

        RunPlan? plan = Plan(folder, data, workers?.Jobs ?? 1, log, cancellationToken);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        ComparisonPart[] parts = [.. recipe.Parts()];
        workers?.Run(folder.Path, parts.Where(part => MethodRun.TryRead(part, folder.Path) is null), log, cancellationToken);
        var runs = new List<MethodRun>();
        foreach (IGrouping<int, ComparisonPart> ofSeed in parts.GroupBy(part => part.Seed))
        {
            using StageContext? drawn = recipe.Data.SubsetBySeed && ofSeed.Key != recipe.Seeds[0]
                ? new StageContext(PreparedData.Open(recipe, log, ofSeed.Key), log, cancellationToken, _sources)
                : null;
            var stages = new PartStages(recipe, drawn ?? context);
            foreach (ComparisonPart part in ofSeed)
            {
                using IDisposable held = folder.Hold([.. part.Path]);
                runs.Add(stages.Run(part, folder.Path));
            }
        }

        ProbeResult? probe = recipe is { LinearProbe: true, HasTeacher: true }
            ? new ProbeStage(context).Run(recipe.Teacher, recipe.Seeds[0], StageFolder.OfProbe(folder.Path))
            : null;
        MethodRun best = runs.OrderByDescending(r => MeanValidation(runs, r.Method)).ThenByDescending(Validation).First();
        string student = StageFolder.OfStudent(folder.Path, new ComparisonPart(best.Method, best.Seed)).Path;
        (OnnxSection onnx, AnswerSection? answers) = new StudentExport(data, log, Exported, recipe.Int8, cancellationToken).Run(
            best, student, folder.Path, $"'{best.Method}', seed {best.Seed}");
        var teacher = new ModelOptions
        {
            NumClasses = data.Dataset.Classes.Count,
            ImageSize = recipe.Teacher.ImageSize ?? recipe.Data.ImageSize,
        };
        ModelTimes? times = recipe.HasTeacher && onnx.Failure is null
            ? TeacherTime.Measure(recipe.Teacher.Model, teacher, Path.Combine(folder.Path, onnx.Path), log, cancellationToken)
            : null;
        string? outcome = plan is null ? null : PlanTable.Outcome(plan, clock.Elapsed.TotalSeconds);
        if (outcome is not null)
            log.Report(new MessageProgress("plan", outcome));
        ComparisonReport report = new ReportAssembler(recipe, data.Dataset, data.Unlabelled).Assemble(runs, onnx, answers, probe, command,
            started, outcome, times);
        ReportWriter.Write(report, folder.Path);
        return report;
    }

    private RunPlan Measure(PreparedData data, string path, int jobs, IProgress<ProgressReport>? listener,
        CancellationToken cancellationToken)
    {
        if (Known is null)
            listener?.Report(new MessageProgress("plan", "timing a few steps of each stage"));
        return new RunPlanner(recipe, new PlanOptions { Jobs = jobs }) { Known = Known }.Plan(data, path, cancellationToken);
    }

    /// <summary>Estimates the cost of what is left and reports it; null where nothing is left.</summary>
    private RunPlan? Plan(RunFolder folder, PreparedData data, int jobs, RunLog log, CancellationToken cancellationToken)
    {
        if (recipe.Parts().All(part => PartLeft.In(folder.Path, part).IsDone))
            return null;
        RunPlan plan = Measure(data, folder.Path, jobs, log, cancellationToken);
        folder.Write(plan, RunFolder.PlanFile);
        foreach (string line in PlanTable.Lines(plan))
            log.Report(new MessageProgress("plan", line));
        return plan;
    }

    private double MeanValidation(List<MethodRun> runs, TeacherMethod method) => runs.Where(r => r.Method == method).Average(Validation);

    private double Validation(MethodRun run) =>
        recipe.SelectBy == SelectionMetric.Balanced ? run.Student.Validation.BalancedAccuracy : run.Student.Validation.Top1;
}

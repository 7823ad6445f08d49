using ReMem.Data;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;
using ReMem.Reports;
using ReMem.Runtime;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Sweep;

/// <summary>
/// Computes the cells of a sweep that are not done yet and makes one table of all.
/// A teacher that several cells share is fine-tuned and measured once.
/// Several processes may work on the same folder: each takes what no other has.
/// </summary>
/// <param name="plan">The cells.</param>
/// <param name="progress">Hears of the work.</param>
/// <param name="sources">Finds the weights that the recipe names; null looks as the environment says.</param>
internal sealed class SweepPipeline(SweepPlan plan, IProgress<ProgressReport>? progress, WeightSource? sources = null)
{
    private const string ExportLock = ".export.lock";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly WeightSource _sources = sources ?? new WeightSource();

    /// <summary>Given the exported file before it is checked, where tests break it.</summary>
    internal Action<string>? Exported { get; init; }

    /// <summary>
    /// Computes what is missing, exports the student that did best on validation and checks its file on the whole test split, then writes
    /// report.json, report.html and table.md into the folder. Where the file fails, <see cref="OnnxSection.Failure"/> of the report says
    /// why, and there is no student/model.onnx.
    /// </summary>
    /// <param name="path">The sweep's folder: new, empty, or of a sweep whose cells these continue.</param>
    /// <param name="command">The command line, for the report.</param>
    /// <param name="workers">Compute parts in processes of their own; null computes them here, one after the other.</param>
    /// <param name="cancellationToken">Stops between steps; the folder stays resumable.</param>
    /// <exception cref="InputException">Whatever is wrong with recipe, data, weights or folder.</exception>
    public ComparisonReport Run(string path, string command, PartWorkers? workers = null, CancellationToken cancellationToken = default)
    {
        DateTimeOffset started = DateTimeOffset.UtcNow;
        PartWorkers.RequireJobs(workers?.Jobs ?? 1);
        int threads = plan.Recipe.Threads > 0 ? plan.Recipe.Threads : Environment.ProcessorCount;
        foreach (SweepCell cell in plan.Cells)
            StageChecks.RequireTrainable(cell.Recipe);
        foreach (Recipe recipe in plan.Cells.Select(c => c.Recipe)
            .DistinctBy(r => (r.Teacher.Weights, r.Student.Weights, string.Join('\n', r.Student.FurtherTeachers), r.HasTeacher)))
            StageChecks.FetchWeights(recipe, _sources, cancellationToken);
        foreach (DataRecipe other in plan.Cells.Select(c => c.Recipe.Data).DistinctBy(d => (d.Source, d.Reading)))
            DatasetReader.Open(other.Source, other.Reading);
        PreparedData data = PreparedData.Open(plan.Recipe, progress);
        using var context = new StageContext(data, progress, cancellationToken, _sources);
        var students = new StudentStage(context);
        foreach (Recipe recipe in plan.Cells.Where(c => c.Method.HasTeacher).Select(c => c.Recipe)
            .DistinctBy(r => (string.Join('\n', r.Student.FurtherTeachers), r.Teacher.ImageSize ?? r.Data.ImageSize)))
            students.RequireFurtherTeachers(recipe);
        foreach (SweepCell cell in plan.Cells)
            RunFolder.Prepare(Path.Combine(path, cell.Folder), RecipeReader.Write(cell.Recipe));
        SweepPart[] parts = [.. plan.Seeds.SelectMany(seed =>
            plan.Cells.Select(cell => new SweepPart(cell, new ComparisonPart(cell.Method, seed), Path.Combine(path, cell.Folder))))];
        Report($"{parts.Length} parts ({plan.Cells.Count} cells, {plan.Seeds.Count} seeds), {parts.Count(p => p.IsDone)} done");

        // The first cell with a teacher makes it; those that share it come after.
        SweepPart[] makers = [.. parts.Where(p => p.Cell.TeacherInputs is null || Maker(p, parts) == p)];
        ComputeAll(makers, parts, workers, threads, cancellationToken);
        ComputeAll([.. parts.Except(makers)], parts, workers, threads, cancellationToken);

        (OnnxSection onnx, AnswerSection? answers) = Export(path, parts, data, cancellationToken);
        ComparisonReport report = new SweepAssembler(plan, data.Dataset,
            data.Unlabelled).Assemble([.. parts.Select(p => (p.Cell, p.Result!))], onnx,
            command, started) with
        {
            Answers = answers,
        };
        ReportWriter.Write(report, path);
        AtomicFile.WriteAllText(Path.Combine(path, "table.md"), ConsoleTable.Markdown(report));
        return report;
    }

    /// <summary>Exports the best seed of the cell whose students did best on validation.</summary>
    private (OnnxSection Onnx, AnswerSection? Answers) Export(
        string path, SweepPart[] parts, PreparedData data, CancellationToken cancellationToken)
    {
        static double Validation(SweepPart part) => part.Result!.Student.Validation.Top1;
        SweepPart best = parts.GroupBy(p => p.Cell).MaxBy(cell => cell.Average(Validation))!.MaxBy(Validation)!;

        // Processes that work on one sweep end together.
        void Waiting() => Report("another process exports the student; waiting");
        using IDisposable held = FileLock.TakeAsync(Path.Combine(path, ExportLock), Waiting, cancellationToken).GetAwaiter().GetResult();
        return new StudentExport(data, progress, Exported, best.Cell.Recipe.Int8, cancellationToken).Run(
            best.Result!, StageFolder.OfStudent(best.Folder, best.Part).Path, path, $"{best.Cell.Name}, seed {best.Part.Seed}");
    }

    private static SweepPart Maker(SweepPart part, SweepPart[] parts) =>
        parts.First(p => p.Cell.TeacherInputs == part.Cell.TeacherInputs && p.Part.Seed == part.Part.Seed);

    private void ComputeAll(SweepPart[] wave, SweepPart[] all, PartWorkers? workers, int threads, CancellationToken cancellationToken)
    {
        for (SweepPart[] left = [.. wave.Where(p => !p.IsDone)]; left.Length > 0;)
        {
            var limits = new ParallelOptions { MaxDegreeOfParallelism = workers?.Jobs ?? 1, CancellationToken = cancellationToken };
            Parallel.ForEachAsync(left, limits, async (part, stop) =>
            {
                try
                {
                    await Compute(part, all, workers, threads, stop).ConfigureAwait(false);
                }
                catch (FolderInUseException)
                {
                    // It stays among what is left.
                }
            }).GetAwaiter().GetResult();
            left = [.. left.Where(p => !p.IsDone)];
            if (left.Length == 0)
                return;
            Report($"{left.Length} parts are being computed by another process; waiting");
            cancellationToken.WaitHandle.WaitOne(Patience);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task Compute(SweepPart part, SweepPart[] all, PartWorkers? workers, int threads, CancellationToken cancellationToken)
    {
        if (part.IsDone)
            return;
        var news = new Prefixed(part.Cell.Folder, progress);
        TakeTeacher(part, all);
        if (workers is null)
            new ComparisonPipeline(part.Cell.Recipe, news, _sources).RunPart(part.Folder, part.Part, threads, cancellationToken);
        else
            await workers.Runner(part.Folder, part.Part, news, cancellationToken).ConfigureAwait(false);
        Report($"{part.Cell.Name}, seed {part.Part.Seed} is done ({all.Count(p => p.IsDone)} of {all.Length} parts)");
    }

    /// <summary>Copies a finished teacher of the same inputs, and its measurement where that is of the same inputs, too.</summary>
    private static void TakeTeacher(SweepPart part, SweepPart[] all)
    {
        if (part.Cell.TeacherInputs is null || Maker(part, all) is not { } maker || maker == part)
            return;
        StageFolder from = StageFolder.OfTeacher(maker.Folder, maker.Part), to = StageFolder.OfTeacher(part.Folder, part.Part);
        if (to.IsDone || !from.IsDone)
            return;
        using RunFolder held = RunFolder.Join(part.Folder, RecipeReader.Write(part.Cell.Recipe), [.. part.Part.Path]);
        from.CopyTo(to, measured: maker.Cell.MeterInputs == part.Cell.MeterInputs);
    }

    private void Report(string message) => progress?.Report(new MessageProgress("sweep", message));

    /// <summary>A cell at a seed.</summary>
    private sealed class SweepPart(SweepCell cell, ComparisonPart part, string folder)
    {
        private MethodRun? _result;

        public SweepCell Cell => cell;

        public ComparisonPart Part => part;

        public string Folder => folder;

        public bool IsDone => Result is not null;

        /// <summary>Null until it stands. Parts are counted often, and a finished one does not change.</summary>
        public MethodRun? Result => _result ??= MethodRun.TryRead(part, folder);
    }

    /// <summary>Says which cell the news is of.</summary>
    private sealed class Prefixed(string cell, IProgress<ProgressReport>? next) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => next?.Report(value.Of($"{cell}/{value.Stage}"));
    }
}

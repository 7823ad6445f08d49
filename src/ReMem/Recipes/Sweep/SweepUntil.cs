using System.Globalization;
using ReMem.Evaluation;
using ReMem.Reports;
using ReMem.Runtime;
using ReMem.Teachers;

namespace ReMem.Recipes.Sweep;

/// <summary>
/// Adds seeds to a sweep until the interval of a difference is as narrow as was asked for, by Stein's procedure: the given seeds say how
/// many are needed in all.
/// </summary>
/// <param name="Method">The method.</param>
/// <param name="Baseline">What it is compared with.</param>
/// <param name="HalfWidth">Half of the interval of student top-1, a share.</param>
internal sealed record SweepUntil(TeacherMethod Method, TeacherMethod Baseline, double HalfWidth)
{
    /// <summary>With fewer seeds to begin with, the first spread says next to nothing.</summary>
    internal const int MinSeeds = 3;

    private const string Where = "--until";
    private const string Remedy = "Write it as \"sam-standard<0.7\": two methods, and half of the interval in points.";

    /// <summary>Reads "sam-standard&lt;0.7", in points.</summary>
    /// <exception cref="InputException">It cannot be read, or there is no such method.</exception>
    public static SweepUntil Parse(string text)
    {
        if (text.Split('<') is not [var pair, var width] || pair.Split('-') is not [var method, var baseline]
            || !double.TryParse(width, NumberStyles.Float, CultureInfo.InvariantCulture, out double points)
            || points is not (> 0 and <= 50))
            throw new InputException($"'{text}' cannot be read.", Where, Remedy);
        var until = new SweepUntil(TeacherMethod.Parse(method.Trim()), TeacherMethod.Parse(baseline.Trim()), points / 100);
        return until.Method != until.Baseline ? until : throw new InputException($"'{text}' compares a method with itself.", Where, Remedy);
    }

    /// <summary>Refuses a sweep that does not have the difference.</summary>
    /// <exception cref="InputException">A method is missing or has several variants, or there are too few seeds to begin with.</exception>
    public void RequireIn(SweepPlan plan)
    {
        foreach (TeacherMethod method in new[] { Method, Baseline })
        {
            int cells = plan.Cells.Count(c => c.Method == method);
            if (cells != 1)
                throw new InputException(
                    cells == 0 ? $"The sweep has no method '{method}'." : $"The method '{method}' has {cells} variants in the grid.", Where,
                    "Name two of the recipe's methods, and leave out of the grid what they depend on.");
        }

        if (plan.Seeds.Count < MinSeeds)
            throw new InputException($"{plan.Seeds.Count} seeds are too few to begin with.", "--seeds",
                $"Begin with {MinSeeds} or more, such as --seeds 0..4; they decide how many are needed.");
    }

    /// <summary>Runs a sweep with its own seeds, then with as many as are needed.</summary>
    /// <param name="plan">The sweep with its first seeds.</param>
    /// <param name="maxSeeds">Seeds in all, at the most.</param>
    /// <param name="more">The same sweep with other seeds.</param>
    /// <param name="run">Runs a sweep; what is done is not repeated.</param>
    /// <param name="progress">Hears of the decision.</param>
    /// <returns>The last report, with what was found in its notes.</returns>
    public ComparisonReport Run(
        SweepPlan plan, int maxSeeds, Func<IReadOnlyList<int>, SweepPlan> more, Func<SweepPlan, ComparisonReport> run,
        IProgress<ProgressReport>? progress)
    {
        RequireIn(plan);
        ComparisonReport report = run(plan);
        int first = plan.Seeds.Count, needed = SteinProcedure.Needed(Differences(report, plan.Seeds), HalfWidth);
        int count = Math.Max(first, Math.Min(needed, maxSeeds));
        progress?.Report(new MessageProgress("sweep", string.Create(CultureInfo.InvariantCulture,
            $"{Method} against {Baseline}: {needed} seeds are needed for ±{100 * HalfWidth:0.##} points, {count} are run")));
        IReadOnlyList<int> seeds = [.. plan.Seeds, .. Enumerable.Range(0, int.MaxValue).Except(plan.Seeds).Take(count - first)];
        if (count > first)
            report = run(more(seeds));
        Interval found = SteinProcedure.Of(Differences(report, seeds), first);
        return report with { Notes = [.. report.Notes, Sentence(found, first, needed, count)] };
    }

    private string Sentence(Interval found, int first, int needed, int count)
    {
        string verdict = found.Low > 0 ? "higher" : found.High < 0 ? "lower" : string.Create(CultureInfo.InvariantCulture,
            $"within noise; a difference beyond {100 * Math.Max(Math.Abs(found.Low), Math.Abs(found.High)):0.0} points is excluded");
        string enough = needed > count ? $" {needed} seeds would have been needed for the width that was asked for." : string.Empty;
        return string.Create(CultureInfo.InvariantCulture,
            $"Student top-1 of '{Method}' against '{Baseline}': {100 * found.Mean:+0.00;-0.00} points, 95 % interval "
                + $"{100 * found.Low:+0.00;-0.00} to {100 * found.High:+0.00;-0.00} over {count} seeds by Stein's procedure from the first "
                + $"{first}: {verdict}.{enough}");
    }

    /// <summary>By seed, in the order of the seeds.</summary>
    private double[] Differences(ComparisonReport report, IReadOnlyList<int> seeds)
    {
        TeacherRow Row(TeacherMethod method) => report.Rows.Single(r => r.Method == method.Name);
        Dictionary<int, double> own = Row(Method).Seeds.ToDictionary(s => s.Seed, s => s.StudentTop1);
        Dictionary<int, double> other = Row(Baseline).Seeds.ToDictionary(s => s.Seed, s => s.StudentTop1);
        return [.. seeds.Select(seed => own[seed] - other[seed])];
    }
}

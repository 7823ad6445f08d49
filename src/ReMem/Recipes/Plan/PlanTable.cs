using ReMem.Reports;

namespace ReMem.Recipes.Plan;

/// <summary>A plan as lines of plain text.</summary>
internal static class PlanTable
{
    /// <summary>The lines: a row per stage, the total, then the warnings.</summary>
    public static IReadOnlyList<string> Lines(RunPlan plan)
    {
        if (plan.PartsLeft == 0)
            return [$"all {plan.Parts} parts are done; only the report is written again"];
        List<string[]> rows = [["stage", "times", "minutes", "memory GB", "disk GB"]];
        rows.AddRange(plan.Stages.Select(s => Row(s.Stage, s.Count, s.Seconds, s.PeakMemoryBytes, s.DiskBytes)));
        string together = plan.Jobs == 1 ? "in all" : $"in all, {plan.Jobs} at a time";
        rows.Add(Row(together, plan.PartsLeft, plan.Seconds, plan.PeakMemoryBytes, plan.AllDiskBytes));
        string done = plan.PartsLeft < plan.Parts ? $" ({plan.Parts - plan.PartsLeft} of {plan.Parts} parts are done)" : "";
        return
        [
            FormattableString.Invariant($"about {Duration(plan.Seconds)}{done}, by steps timed here in {plan.MeasuredSeconds:0} s"),
            .. TextTable.Lines(rows),
            .. plan.Warnings.Select(w => $"warning: {w}"),
        ];
    }

    /// <summary>"45 seconds", "12 minutes", "3.5 hours", "2.0 days".</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 90 => FormattableString.Invariant($"{seconds:0} seconds"),
        < 5400 => FormattableString.Invariant($"{seconds / 60:0.#} minutes"),
        < 172800 => FormattableString.Invariant($"{seconds / 3600:0.0} hours"),
        _ => FormattableString.Invariant($"{seconds / 86400:0.0} days"),
    };

    /// <summary>Planned against actual time.</summary>
    public static string Outcome(RunPlan plan, double seconds) => FormattableString.Invariant(
        $"Planned: {Duration(plan.Seconds)}; took {Duration(seconds)} ({100 * (seconds - plan.Seconds) / plan.Seconds:+0;-0;0} %).");

    private static string[] Row(string name, int count, double seconds, long memory, long disk) =>
    [
        name,
        FormattableString.Invariant($"{count}"),
        FormattableString.Invariant($"{seconds / 60:0.0}"),
        memory == 0 ? "" : FormattableString.Invariant($"{memory / 1e9:0.0}"),
        disk == 0 ? "" : FormattableString.Invariant($"{disk / 1e9:0.00}"),
    ];
}

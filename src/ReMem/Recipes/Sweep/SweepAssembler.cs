using System.Globalization;
using ReMem.Data;
using ReMem.Data.Sources;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;
using ReMem.Reports;
using ReMem.Runtime;

namespace ReMem.Recipes.Sweep;

/// <summary>Turns a sweep's results into a report: a row a cell, and of each method the one that did best on validation.</summary>
internal sealed class SweepAssembler(SweepPlan plan, ImageDataset dataset, UnlabelledImages? unlabelled = null)
{
    /// <summary>Assembles the report.</summary>
    public ComparisonReport Assemble(
        IReadOnlyList<(SweepCell Cell, MethodRun Run)> runs, OnnxSection onnx, string command, DateTimeOffset started)
    {
        TeacherRow[] rows = [.. plan.Cells.Select(cell => new TeacherRow
        {
            Method = cell.Method.Name,
            Variant = cell.Variant,
            Seeds = [.. runs.Where(r => r.Cell == cell).Select(r => ReportAssembler.Row(r.Run))],
        })];
        HashSet<TeacherRow> best = [.. rows.GroupBy(row => row.Method).Select(g => g.MaxBy(Validation)!)];
        return new ComparisonReport
        {
            Title = plan.Recipe.Title ?? plan.Recipe.Name,
            Command = command,
            RecipeName = plan.Recipe.Name,
            RecipeText = RecipeReader.Write(plan.Recipe with { Seeds = plan.Seeds }),
            Data = ReportAssembler.Data(plan.Recipe.Data, dataset, unlabelled),
            Teacher = plan.Recipe.Teacher.Model,
            Student = plan.Recipe.Student.Model,
            Seeds = plan.Seeds,
            Rows = [.. rows.Select(row => row with { IsChosen = best.Contains(row) })],
            Onnx = onnx,
            Environment = EnvironmentInfo.Current(),
            Notes = [.. plan.Axes.Select(axis => $"Grid: {axis.Key} in {string.Join(", ", axis.Values)}."), .. Choices(rows, best)],
            Started = started,
            Finished = DateTimeOffset.UtcNow,
        };
    }

    private static double Validation(TeacherRow row) => row.Seeds.Average(seed => seed.StudentValidationTop1!.Value);

    private static IEnumerable<string> Choices(TeacherRow[] rows, HashSet<TeacherRow> best)
    {
        foreach (TeacherRow row in best.Where(b => rows.Count(r => r.Method == b.Method) > 1))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Of {rows.Count(r => r.Method == row.Method)} variants of {row.Method}, {row.Variant} did best on validation "
                    + $"({100 * Validation(row):0.0} %; the others reach "
                    + $"{100 * rows.Where(r => r.Method == row.Method && r != row).Min(Validation):0.0} to "
                    + $"{100 * rows.Where(r => r.Method == row.Method && r != row).Max(Validation):0.0} %).");
        }
    }
}

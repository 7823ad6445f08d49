using System.Text.Json;
using System.Text.RegularExpressions;
using ReMem.Distillation;
using ReMem.Runtime;
using ReMem.Teachers;

namespace ReMem.Recipes.Sweep;

/// <summary>
/// Every combination of the axes' values, as the fewest cells: the standard teacher does not depend on rho,
/// so a grid over rho holds it once.
/// </summary>
/// <param name="Recipe">The recipe without the grid.</param>
/// <param name="Axes">The grid.</param>
/// <param name="Seeds">The repetitions of each cell.</param>
/// <param name="Cells">In the order of the recipe's methods, then of the grid.</param>
internal sealed partial record SweepPlan(Recipe Recipe, IReadOnlyList<SweepAxis> Axes, IReadOnlyList<int> Seeds,
    IReadOnlyList<SweepCell> Cells)
{
    private const int MaxPoints = 10000;

    /// <summary>Lays the grid out.</summary>
    /// <param name="read">The recipe with these overrides.</param>
    /// <param name="axes">May be empty: then the sweep is the recipe over the seeds.</param>
    /// <param name="seeds">Default the recipe's.</param>
    /// <exception cref="InputException">A value does not fit its key, two axes share one, or there are too many points.</exception>
    public static SweepPlan Create(Func<IReadOnlyList<string>, Recipe> read, IReadOnlyList<SweepAxis> axes,
        IReadOnlyList<int>? seeds = null)
    {
        if (axes.GroupBy(a => a.Key).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InputException($"The grid names {twice.Key} twice.", "--grid", "Put all its values behind one --grid.");
        if (axes.Aggregate(1L, (product, axis) => Math.Min(product * axis.Values.Count, MaxPoints + 1)) > MaxPoints)
            throw new InputException($"The grid has more than {MaxPoints} points.", "--grid", "Try fewer values.");
        string[][] points = [.. Points(axes)];
        Recipe[] recipes = [.. points.Select(p => read([.. axes.Zip(p, (axis, value) => $"{axis.Key}={value}")]))];
        Recipe head = read([]);
        var cells = new List<SweepCell>();
        foreach (TeacherMethod method in head.Methods)
        {
            foreach (IGrouping<string, int> same in Enumerable.Range(0, points.Length).GroupBy(i => Inputs(method, recipes[i]).Student))
            {
                string? variant = Variant(axes, [.. same.Select(i => points[i])]);
                (string? teacher, string? meter, _) = Inputs(method, recipes[same.First()]);

                // The seeds are the sweep's, not a cell's, so that a later sweep over more of them goes on in the same folders.
                Recipe recipe = recipes[same.First()] with { Methods = [method], Seeds = [0] };
                cells.Add(new SweepCell(method, variant, FolderName(variant is null ? method.Name : $"{method} {variant}", cells), recipe,
                    teacher, meter));
            }
        }

        return new SweepPlan(head, axes, seeds ?? head.Seeds, cells);
    }

    private static IEnumerable<string[]> Points(IEnumerable<SweepAxis> axes) =>
        axes.Aggregate((IEnumerable<string[]>)[[]], (points, axis) => points.SelectMany(p => axis.Values.Select(v => (string[])[.. p, v])));

    /// <summary>What teacher, measurement and student of a method depend on.</summary>
    private static (string? Teacher, string? Meter, string Student) Inputs(TeacherMethod method, Recipe recipe)
    {
        TeacherPreparation? preparation = recipe.Teacher.Prepared(method);
        string data = Text(recipe.Data);

        // What 'auto' stands for and which epoch is taken are measured, so they depend on the trials and on the meter.
        bool measured = preparation is { IsEarly: true } or { IsAuto: true }
            || (preparation is not null && ReweightingPolicy.Parse(preparation.Options.Reweighting) is ReweightingPolicy.Auto);
        string trials = measured ? $"{recipe.Teacher.AutoEpochs} {Text(recipe.Information)}" : string.Empty;
        string? teacher = preparation is null ? null : $"{data}\n{Text(recipe.Teacher.Common)}\n{Text(preparation)}\n{trials}";
        string? meter = teacher is null ? null : $"{teacher}\n{Text(recipe.Information)}";
        StudentRecipe student = preparation is null
            ? recipe.Student with
            {
                FurtherTeachers = [],
                Distillation = new DistillationOptions { Views = recipe.Student.Distillation.Views },
            }
            : recipe.Student.TaughtBy(method);
        return (teacher, meter, $"{meter ?? data}\n{Text(student)}");
    }

    private static string Text<T>(T options) => JsonSerializer.Serialize(options, Json.Line);

    /// <summary>The values that all points of a cell share; an axis that they differ on is one that the cell does not depend on.</summary>
    private static string? Variant(IReadOnlyList<SweepAxis> axes, string[][] points)
    {
        string[] shared = [.. axes.Select((axis, i) => (axis, i))
            .Where(a => a.axis.Values.Count > 1 && points.Select(p => p[a.i]).Distinct().Count() == 1)
            .Select(a => $"{(axes.Count(x => x.ShortKey == a.axis.ShortKey) > 1 ? a.axis.Key : a.axis.ShortKey)}={points[0][a.i]}")];
        return shared.Length == 0 ? null : string.Join(' ', shared);
    }

    private static string FolderName(string name, List<SweepCell> earlier)
    {
        string folder = Unsafe().Replace(name, "-").TrimEnd('-', '.');
        return earlier.Any(c => c.Folder.Equals(folder, StringComparison.OrdinalIgnoreCase)) ? $"{folder}-{earlier.Count}" : folder;
    }

    [GeneratedRegex("[^A-Za-z0-9._=-]+")]
    private static partial Regex Unsafe();
}

using ReMem.Reports;
using ReMem.Runtime;

namespace ReMem.Recipes;

/// <summary>Reads the measurements of teachers in run folders. The runs' recipes show whether students were trained equally.</summary>
internal static class TeacherGroupReader
{
    /// <summary>Joins the reports of run folders.</summary>
    /// <param name="name">The group's name.</param>
    /// <param name="folders">Run or sweep folders that ended with a report.</param>
    /// <exception cref="InputException">A folder has no report, or has another student or other images than the first.</exception>
    public static TeacherGroup Read(string name, IReadOnlyList<string> folders)
    {
        ComparisonReport[] reports = [.. folders.Select(ReportWriter.Read)];
        ComparisonReport first = reports[0];
        for (int i = 1; i < reports.Length; i++)
        {
            string? other = Pair("the student is", first.Student, reports[i].Student)
                ?? Pair("the images are", Images(first), Images(reports[i]));
            if (other is null && first.RecipeText != reports[i].RecipeText
                && Training(first, folders[0]) != Training(reports[i], folders[i]))
                other = "students are trained differently (the recipes differ under 'student')";
            if (other is not null)
                throw new InputException(
                    $"Its teachers cannot be compared with those of '{folders[0]}': {other}.", folders[i],
                    "Give it a separate group: a space instead of the comma.");
        }

        var rows = new List<TeacherRow>();
        var seen = new HashSet<(string, int, double?, double?, double)>();
        foreach (ComparisonReport report in reports)
        {
            rows.AddRange(
                report.Rows.Select(row => row with { Seeds = [.. row.Seeds.Where(seed => !seen.Contains(Key(row, seed)))] })
                .Where(row => row.Seeds.Count > 0));
            seen.UnionWith(report.Rows.SelectMany(row => row.Seeds.Select(seed => Key(row, seed))));
        }

        return new TeacherGroup
        {
            Name = name,
            Runs = folders,
            Data = Images(first),
            Teacher = string.Join(", ", reports.Select(r => r.Teacher).Distinct()),
            Student = first.Student,
            Rows = rows,
        };
    }

    /// <summary>Identifies a teacher in another run: two teachers never have all numbers equal.</summary>
    private static (string, int, double?, double?, double) Key(TeacherRow row, SeedRow seed) =>
        (row.Method, seed.Seed, seed.TeacherTop1, seed.InformationLogits?.Mean, seed.StudentTop1);

    private static string Images(ComparisonReport report) =>
        $"{report.Data.Description}: {report.Data.Train} training and {report.Data.Test} test images of {report.Data.Classes.Count} "
            + $"classes at {report.Data.ImageSize} px";

    private static string Training(ComparisonReport report, string folder) =>
        Json.Serialize(RecipeReader.Parse(report.RecipeText, folder).Student);

    private static string? Pair(string what, string first, string second) => first == second ? null : $"{what} '{second}', not '{first}'";
}

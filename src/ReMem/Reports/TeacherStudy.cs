using ReMem.Evaluation;
using ReMem.Recipes;
using ReMem.Runtime;

namespace ReMem.Reports;

/// <summary>Runs whose teachers may be compared with each other: of the same images, the same student and the same training of it.</summary>
public sealed record TeacherGroup
{
    /// <summary>What a reader knows it by.</summary>
    public required string Name { get; init; }

    /// <summary>The run or sweep folders.</summary>
    public required IReadOnlyList<string> Runs { get; init; }

    /// <summary>The images.</summary>
    public required string Data { get; init; }

    /// <summary>timm's name of the teacher.</summary>
    public required string Teacher { get; init; }

    /// <summary>timm's name of the student.</summary>
    public required string Student { get; init; }

    /// <summary>Every setting of every run, without those of which another run has told already.</summary>
    public required IReadOnlyList<TeacherRow> Rows { get; init; }

    /// <summary>Whether students rise with what their teachers' logits keep, within the group.</summary>
    public RankCorrelation? InformationAndStudent => MeasuredTeacher.Correlation(MeasuredTeacher.Of(Rows));

    /// <summary>The same at equal accuracy of the teacher.</summary>
    public RankCorrelation? InformationAndStudentAtEqualTeacher => MeasuredTeacher.CorrelationAtEqualTeacher(MeasuredTeacher.Of(Rows));

    /// <summary>What can be said of it.</summary>
    internal IEnumerable<string> Sentences() => Finding.Correlations(InformationAndStudent, InformationAndStudentAtEqualTeacher);

    /// <summary>Joins the reports of run folders.</summary>
    /// <param name="name">What a reader will know it by.</param>
    /// <param name="folders">Run or sweep folders that ended with a report.</param>
    /// <exception cref="InputException">A folder has no report, or teaches another student or on other images than the first.</exception>
    public static TeacherGroup Read(string name, IReadOnlyList<string> folders)
    {
        ComparisonReport[] reports = [.. folders.Select(ReportWriter.Read)];
        ComparisonReport first = reports[0];
        for (int i = 1; i < reports.Length; i++)
        {
            string? other = Pair("the student is", first.Student, reports[i].Student) ?? Pair("the images are", Images(first), Images(reports[i]));
            if (other is null && first.RecipeText != reports[i].RecipeText && Training(first, folders[0]) != Training(reports[i], folders[i]))
                other = "students are trained otherwise (the recipes differ under 'student')";
            if (other is not null)
                throw new InputException($"Its teachers cannot stand beside those of '{folders[0]}': {other}.", folders[i], "Give it a group of its own: leave a space instead of the comma.");
        }

        var rows = new List<TeacherRow>();
        var told = new HashSet<(string, int, double?, double?, double)>();
        foreach (ComparisonReport report in reports)
        {
            rows.AddRange(report.Rows.Select(row => row with { Seeds = [.. row.Seeds.Where(seed => !told.Contains(Key(row, seed)))] }).Where(row => row.Seeds.Count > 0));
            told.UnionWith(report.Rows.SelectMany(row => row.Seeds.Select(seed => Key(row, seed))));
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

    /// <summary>By what a teacher is known again in another run: the numbers of another one are never all the same.</summary>
    private static (string, int, double?, double?, double) Key(TeacherRow row, SeedRow seed) => (row.Method, seed.Seed, seed.TeacherTop1, seed.InformationLogits?.Mean, seed.StudentTop1);

    private static string Images(ComparisonReport report) =>
        $"{report.Data.Description}: {report.Data.Train} training and {report.Data.Test} test images of {report.Data.Classes.Count} classes at {report.Data.ImageSize} px";

    private static string Training(ComparisonReport report, string folder) => Json.Serialize(RecipeReader.Parse(report.RecipeText, folder).Student);

    private static string? Pair(string what, string first, string second) => first == second ? null : $"{what} '{second}', not '{first}'";
}

/// <summary>
/// What teachers keep against what their students reach, over several runs and data sets. I_hat and accuracies of different images have different scales, so
/// that only ranks within a group are compared.
/// </summary>
public sealed record TeacherStudy
{
    /// <summary>The data's file.</summary>
    public const string JsonFile = "teachers.json";

    /// <summary>The page's.</summary>
    public const string HtmlFile = "teachers.html";

    /// <summary>At least one.</summary>
    public required IReadOnlyList<TeacherGroup> Groups { get; init; }

    /// <summary>The command that made it.</summary>
    public required string Command { get; init; }

    /// <summary>Whether students rise with what their teachers' logits keep, by ranks within groups; null where there is one group.</summary>
    public RankCorrelation? InformationAndStudent => Groups.Count > 1 ? MeasuredTeacher.Correlation(Ranked()) : null;

    /// <summary>The same at equal accuracy of the teacher.</summary>
    public RankCorrelation? InformationAndStudentAtEqualTeacher => Groups.Count > 1 ? MeasuredTeacher.CorrelationAtEqualTeacher(Ranked()) : null;

    /// <summary>What can be said over all groups.</summary>
    internal IEnumerable<string> Sentences() =>
        Finding.Correlations(InformationAndStudent, InformationAndStudentAtEqualTeacher).Select(sentence => $"Ranked within {Groups.Count} groups: {sentence}");

    /// <summary>Writes the data and the page, each whole or not at all.</summary>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public void Write(string folder)
    {
        AtomicFile.WriteAllText(Path.Combine(folder, JsonFile), Json.Serialize(this) + "\n");
        AtomicFile.WriteAllText(Path.Combine(folder, HtmlFile), TeacherStudyPage.Render(this));
    }

    /// <summary>Every teacher of every group, its numbers as ranks within the group, between 0 and 1.</summary>
    private MeasuredTeacher[] Ranked()
    {
        var all = new List<MeasuredTeacher>();
        int settings = 0;
        foreach (TeacherGroup group in Groups)
        {
            IReadOnlyList<MeasuredTeacher> teachers = MeasuredTeacher.Of(group.Rows);
            double[] information = Shares(teachers, t => t.Information), own = Shares(teachers, t => t.TeacherTop1), students = Shares(teachers, t => t.StudentTop1);
            all.AddRange(teachers.Select((t, i) => new MeasuredTeacher(settings + t.Setting, information[i], own[i], students[i])));
            settings += group.Rows.Count;
        }

        return [.. all];

        static double[] Shares(IReadOnlyList<MeasuredTeacher> teachers, Func<MeasuredTeacher, double> of) =>
            [.. RankCorrelation.Ranks([.. teachers.Select(of)]).Select(rank => (rank + 0.5) / teachers.Count)];
    }
}

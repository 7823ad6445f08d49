using ReMem.Evaluation;
using ReMem.Runtime;

namespace ReMem.Reports;

/// <summary>
/// Information in teachers against accuracy of their students, over several runs and data sets. I_hat and accuracies on different images
/// have different scales, so that only ranks within a group are compared.
/// </summary>
internal sealed record TeacherStudy
{
    /// <summary>The file name of the data.</summary>
    public const string JsonFile = "teachers.json";

    /// <summary>The file name of the page.</summary>
    public const string HtmlFile = "teachers.html";

    /// <summary>The groups, at least one.</summary>
    public required IReadOnlyList<TeacherGroup> Groups { get; init; }

    /// <summary>The command that created it.</summary>
    public required string Command { get; init; }

    /// <summary>
    /// Whether student accuracy rises with the information in the teachers' logits, by ranks within groups; null where there is only one
    /// group.
    /// </summary>
    public RankCorrelation? InformationAndStudent => Groups.Count > 1 ? MeasuredTeacher.Correlation(Ranked()) : null;

    /// <summary>The same at equal teacher accuracy.</summary>
    public RankCorrelation? InformationAndStudentAtEqualTeacher =>
        Groups.Count > 1 ? MeasuredTeacher.CorrelationAtEqualTeacher(Ranked()) : null;

    /// <summary>The findings over all groups.</summary>
    internal IEnumerable<string> Sentences() =>
        Finding.Correlations(InformationAndStudent, InformationAndStudentAtEqualTeacher)
            .Select(sentence => $"Ranked within {Groups.Count} groups: {sentence}");

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
            double[] information = Shares(teachers, t => t.Information), own = Shares(teachers, t => t.TeacherTop1),
                students = Shares(teachers, t => t.StudentTop1);
            all.AddRange(teachers.Select((t, i) => new MeasuredTeacher(settings + t.Setting, information[i], own[i], students[i])));
            settings += group.Rows.Count;
        }

        return [.. all];

        static double[] Shares(IReadOnlyList<MeasuredTeacher> teachers, Func<MeasuredTeacher, double> of) =>
            [.. RankCorrelation.Ranks([.. teachers.Select(of)]).Select(rank => (rank + 0.5) / teachers.Count)];
    }
}

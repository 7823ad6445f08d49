using ReMem.Evaluation;

namespace ReMem.Reports;

/// <summary>A measured teacher, and its student's accuracy.</summary>
/// <param name="Setting">Its setting; seeds of the same setting share it.</param>
/// <param name="Information">I_hat of the logits, nats per pixel channel.</param>
/// <param name="TeacherTop1">The teacher's test top-1, in [0, 1].</param>
/// <param name="StudentTop1">The student's test top-1, in [0, 1].</param>
internal sealed record MeasuredTeacher(int Setting, double Information, double TeacherTop1, double StudentTop1)
{
    private const int MinTeachers = 3;

    /// <summary>Every measured teacher of the rows; a row is a setting.</summary>
    public static IReadOnlyList<MeasuredTeacher> Of(IReadOnlyList<TeacherRow> rows) =>
    [
        .. rows.SelectMany((row, setting) => row.Seeds
            .Where(seed => seed.InformationLogits is { } i && double.IsFinite(i.Mean) && seed.TeacherTop1 is not null)
            .Select(seed => new MeasuredTeacher(setting, seed.InformationLogits!.Mean, seed.TeacherTop1!.Value, seed.StudentTop1))),
    ];

    /// <summary>
    /// The paper's claim: does student accuracy rise with the information in the teacher's logits? Null with fewer than three teachers. The
    /// interval is over settings where there are enough of them, since seeds of one setting are not independent.
    /// </summary>
    public static RankCorrelation? Correlation(IReadOnlyList<MeasuredTeacher> teachers) => teachers.Count >= MinTeachers
        ? RankCorrelation.Of([.. teachers.Select(t => t.Information)], [.. teachers.Select(t => t.StudentTop1)],
            groups: [.. teachers.Select(t => t.Setting)])
        : null;

    /// <summary>
    /// The same at equal teacher accuracy, as the claim requires: the rank correlation with the teacher's top-1 held fixed.
    /// </summary>
    public static RankCorrelation? CorrelationAtEqualTeacher(IReadOnlyList<MeasuredTeacher> teachers) =>
        teachers.Count >= RankCorrelation.MinForInterval
        ? RankCorrelation.Partial(
            [.. teachers.Select(t => t.Information)],
            [.. teachers.Select(t => t.StudentTop1)],
            [.. teachers.Select(t => t.TeacherTop1)],
            groups: [.. teachers.Select(t => t.Setting)])
        : null;
}

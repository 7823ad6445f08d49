using ReMem.Evaluation;

namespace ReMem.Reports;

/// <summary>A teacher whose outputs were measured, and what its student reached.</summary>
/// <param name="Setting">Which setting it comes from; its seeds share it.</param>
/// <param name="Information">I_hat of the logits, nats per pixel channel.</param>
/// <param name="TeacherTop1">On test, in [0, 1].</param>
/// <param name="StudentTop1">On test, in [0, 1].</param>
internal sealed record MeasuredTeacher(int Setting, double Information, double TeacherTop1, double StudentTop1)
{
    private const int Fewest = 3;

    /// <summary>Every teacher of the rows that was measured; a row is a setting.</summary>
    public static IReadOnlyList<MeasuredTeacher> Of(IReadOnlyList<TeacherRow> rows) =>
    [
        .. rows.SelectMany((row, setting) => row.Seeds
            .Where(seed => seed.InformationLogits is { } i && double.IsFinite(i.Mean) && seed.TeacherTop1 is not null)
            .Select(seed => new MeasuredTeacher(setting, seed.InformationLogits!.Mean, seed.TeacherTop1!.Value, seed.StudentTop1))),
    ];

    /// <summary>
    /// The paper's own claim: does the student rise with what the teacher's logits keep? Null with fewer than three teachers. The interval is over settings where there are enough of
    /// them; seeds of one are no independent teachers.
    /// </summary>
    public static RankCorrelation? Correlation(IReadOnlyList<MeasuredTeacher> teachers) => teachers.Count >= Fewest
        ? RankCorrelation.Of([.. teachers.Select(t => t.Information)], [.. teachers.Select(t => t.StudentTop1)], groups: [.. teachers.Select(t => t.Setting)])
        : null;

    /// <summary>The same at equal accuracy of the teacher, as the claim asks for: the rank correlation with the teacher's top-1 held fixed.</summary>
    public static RankCorrelation? CorrelationAtEqualTeacher(IReadOnlyList<MeasuredTeacher> teachers) => teachers.Count >= RankCorrelation.FewestForInterval
        ? RankCorrelation.Partial(
            [.. teachers.Select(t => t.Information)],
            [.. teachers.Select(t => t.StudentTop1)],
            [.. teachers.Select(t => t.TeacherTop1)],
            groups: [.. teachers.Select(t => t.Setting)])
        : null;
}

using ReMem.Evaluation;
namespace ReMem.Reports;

/// <summary>A method over its seeds: means with 95 % t intervals; null where a method has no teacher.</summary>
/// <param name="Method">The name of a <see cref="Teachers.TeacherMethod"/>.</param>
/// <param name="Count">How many seeds.</param>
/// <param name="TeacherTop1">Share in [0, 1].</param>
/// <param name="TeacherBalanced">Share in [0, 1].</param>
/// <param name="InformationLogits">Nats per pixel channel; the interval is over seeds, not over decoder seeds.</param>
/// <param name="InformationPooled">I_hat of the pooled feature, nats per pixel channel, likewise.</param>
/// <param name="StudentTop1">Share in [0, 1].</param>
/// <param name="StudentBalanced">Share in [0, 1].</param>
/// <param name="StudentTop5">Share in [0, 1].</param>
/// <param name="Ece">Share in [0, 1].</param>
/// <param name="TeacherMinutes">Mean wall time per seed.</param>
/// <param name="StudentMinutes">Mean wall time per seed.</param>
internal sealed record MethodSummary(
    string Method,
    int Count,
    Interval? TeacherTop1,
    Interval? TeacherBalanced,
    Interval? InformationLogits,
    Interval? InformationPooled,
    Interval StudentTop1,
    Interval StudentBalanced,
    Interval StudentTop5,
    Interval Ece,
    double TeacherMinutes,
    double StudentMinutes)
{
    /// <summary>The sweep values that the method depends on; null outside a sweep.</summary>
    public string? Variant { get; init; }

    /// <summary>Validation top-1 in [0, 1], by which choices are made; null where it was not stored.</summary>
    public Interval? StudentValidationTop1 { get; init; }

    /// <summary>The method, with the variant where there is one.</summary>
    public string Name => Variant is null ? Method : $"{Method} {Variant}";

    /// <summary>Summarises a row.</summary>
    /// <exception cref="ArgumentException">The row has no seed.</exception>
    public static MethodSummary Of(TeacherRow row) => new(
        row.Method,
        row.Seeds.Count,
        OfKnown(row, seed => seed.TeacherTop1),
        OfKnown(row, seed => seed.TeacherBalanced),
        OfKnown(row, seed => seed.InformationLogits?.Mean),
        OfKnown(row, seed => seed.InformationPooled?.Mean),
        Interval.Of([.. row.Seeds.Select(seed => seed.StudentTop1)]),
        Interval.Of([.. row.Seeds.Select(seed => seed.StudentBalanced)]),
        Interval.Of([.. row.Seeds.Select(seed => seed.StudentTop5)]),
        Interval.Of([.. row.Seeds.Select(seed => seed.Ece)]),
        row.Seeds.Average(seed => seed.TeacherMinutes),
        row.Seeds.Average(seed => seed.StudentMinutes))
    {
        Variant = row.Variant,
        StudentValidationTop1 = OfKnown(row, seed => seed.StudentValidationTop1),
    };

    private static Interval? OfKnown(TeacherRow row, Func<SeedRow, double?> value)
    {
        double[] known = [.. row.Seeds.Select(value).OfType<double>()];
        return known.Length == 0 ? null : Interval.Of(known);
    }
}

using ReMem.Evaluation;

namespace ReMem.Reports;

/// <summary>What the seeds of a run can tell about the difference of two methods' students.</summary>
/// <param name="Method">The method.</param>
/// <param name="Baseline">What it is compared with.</param>
/// <param name="Seeds">Seeds that both have.</param>
/// <param name="Difference">Mean difference of test top-1, a share.</param>
/// <param name="Deviation">Standard deviation of a seed's difference, a share.</param>
/// <param name="DeviationLow">Lower end of its 95 % interval.</param>
/// <param name="DeviationHigh">Upper end.</param>
/// <param name="Detectable">The smallest true difference that these seeds show in four cases of five.</param>
/// <param name="Needed">Seeds that show a difference in four cases of five, for each of <see cref="Differences"/>.</param>
internal sealed record PowerRow(
    string Method, string Baseline, int Seeds, double Difference, double Deviation, double DeviationLow, double DeviationHigh,
    double Detectable, IReadOnlyList<int?> Needed)
{
    /// <summary>True differences that are asked for, as shares.</summary>
    public static IReadOnlyList<double> Differences { get; } = [0.005, 0.01, 0.015, 0.02, 0.03];

    /// <summary>Every pair of methods that share two seeds or more, in a report's order.</summary>
    /// <exception cref="InputException">There is no such pair.</exception>
    public static IReadOnlyList<PowerRow> Of(ComparisonReport report, string where)
    {
        TeacherRow[] rows = [.. report.Rows.Where(r => r.IsChosen)];
        PowerRow[] found = [.. rows.SelectMany((row, i) => rows.Take(i).Select(earlier => Of(row, earlier))).OfType<PowerRow>()];
        return found.Length > 0 ? found : throw new InputException(
            "No two methods of the run share two seeds or more.", where, "Run it with at least three seeds, such as seeds=[0,1,2].");
    }

    /// <summary>The differences of two rows' students, by seed.</summary>
    internal static double[] Pairs(TeacherRow row, TeacherRow baseline) =>
    [
        .. row.Seeds.Join(baseline.Seeds, s => s.Seed, s => s.Seed, (a, b) => (a.Seed, Difference: a.StudentTop1 - b.StudentTop1))
            .Select(p => p.Difference),
    ];

    private static PowerRow? Of(TeacherRow row, TeacherRow baseline)
    {
        double[] pairs = Pairs(row, baseline);
        if (pairs.Length < 2)
            return null;

        // Equal differences have no spread to plan with; half an image in a thousand is less than any real one.
        double deviation = Math.Max(Math.Sqrt(Interval.Variance(pairs)), 5e-4);
        (double low, double high) = PairedPower.DeviationInterval(deviation, pairs.Length);
        return new PowerRow(row.Name, baseline.Name, pairs.Length, pairs.Average(), deviation, low, high,
            PairedPower.Detectable(deviation, pairs.Length), [.. Differences.Select(d => PairedPower.SeedsFor(d, deviation))]);
    }
}

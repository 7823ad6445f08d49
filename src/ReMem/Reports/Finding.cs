using System.Globalization;
using ReMem.Evaluation;
using ReMem.Teachers;

namespace ReMem.Reports;

/// <summary>
/// The difference of two methods, paired by seed: with the same seed both share data order, initialisation and split, so that paired
/// differences vary less than the methods' scores.
/// </summary>
/// <param name="Measure">"student top-1", "student balanced accuracy" or "I_hat of the logits".</param>
/// <param name="Method">The method, with its variant in a sweep.</param>
/// <param name="Baseline">The method it is compared with, likewise.</param>
/// <param name="Difference">Method minus baseline: shares in [0, 1], or nats per pixel channel.</param>
/// <param name="Verdict">The verdict.</param>
internal sealed record Finding(string Measure, string Method, string Baseline, Interval Difference, Verdict Verdict)
{
    private const string Top1 = "student top-1";
    private const string Balanced = "student balanced accuracy";
    private const string Information = "I_hat of the logits";
    private static readonly string Standard = TeacherMethod.Standard.Name;
    private static readonly string None = TeacherMethod.None.Name;

    /// <summary>The baseline's method without a variant.</summary>
    internal string BaselineMethod { get; init; } = Baseline;

    /// <summary>The method without a variant.</summary>
    internal string OwnMethod { get; init; } = Method;

    /// <summary>True for a finding that nearly repeats another one, and is shown after it.</summary>
    internal bool IsSecondary => Measure == Balanced;

    /// <summary>A one-line summary.</summary>
    public string Sentence
    {
        get
        {
            string unit = Measure == Information ? "nats per channel" : "points";
            string difference = $"{Signed(Difference.Mean)} {unit}";
            string what = $"{Measure}, {Method} against {Baseline}: {difference}";
            if (Difference.HalfWidth is null)
                return $"{what} (one seed, no interval): within noise.";
            string interval = $"95 % interval {Signed(Difference.Low)} to {Signed(Difference.High)} over {Difference.Count} seeds";
            return Verdict switch
            {
                Verdict.WithinNoise => $"{what} ({interval}): within noise.",
                Verdict.Higher => $"{what} ({interval}): higher.",
                _ => $"{what} ({interval}): lower.",
            };
        }
    }

    /// <summary>
    /// Every method against "standard", then against "none", for the student and for the teacher's information. Of a sweep's rows only the
    /// chosen ones.
    /// </summary>
    public static IReadOnlyList<Finding> All(IReadOnlyList<TeacherRow> rows)
    {
        List<Finding> findings = [];
        Compare(Top1, seed => seed.StudentTop1, [Standard, None]);
        Compare(Balanced, seed => seed.StudentBalanced, [Standard, None]);
        Compare(Information, seed => seed.InformationLogits?.Mean, [Standard]);
        return findings;

        void Compare(string measure, Func<SeedRow, double?> value, string[] baselines)
        {
            foreach (string name in baselines)
            {
                TeacherRow? baseline = rows.FirstOrDefault(row => row.IsChosen && row.Method == name);
                foreach (TeacherRow row in rows.Where(row => row.IsChosen && row.Method != None && row.Method != name))
                {
                    if (baseline is not null && Pair(measure, row, baseline, value) is { } finding)
                        findings.Add(finding);
                }
            }
        }
    }

    /// <summary>
    /// One line on whether student accuracy rises with the teachers' information; null where too few teachers were measured.
    /// </summary>
    /// <param name="correlation">Correlation of I_hat and student accuracy.</param>
    /// <param name="condition">What was held fixed, such as " at equal teacher top-1".</param>
    internal static string? CorrelationSentence(RankCorrelation? correlation, string condition = "")
    {
        if (correlation is null)
            return null;
        string Signed(double value) => value.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);
        string what = $"I_hat of the logits against student top-1 over {correlation.Count} teachers{condition}: Spearman's rho";
        if (double.IsNaN(correlation.Rho))
            return $"{what} is undefined, since one of them is constant.";
        if (correlation is not { Low: { } low, High: { } high })
            return $"{what} {Signed(correlation.Rho)} (too few for an interval): within noise.";
        string verdict = low > 0 ? "students rise with it" : high < 0 ? "students fall with it" : "within noise";
        return $"{what} {Signed(correlation.Rho)} (95 % bootstrap "
            + $"interval{(correlation.Groups is { } groups ? $" over {groups} settings" : "")} {Signed(low)} to {Signed(high)}): "
            + $"{verdict}.";
    }

    /// <summary>
    /// Sentences on the correlation of a report's I_hat and student accuracy, plain and at equal teacher accuracy; none where too few
    /// teachers were measured.
    /// </summary>
    internal static IEnumerable<string> Correlations(ComparisonReport report) =>
        Correlations(report.InformationAndStudent, report.InformationAndStudentAtEqualTeacher);

    /// <summary>Sentences on two correlations of I_hat and student accuracy, plain and at equal teacher accuracy.</summary>
    internal static IEnumerable<string> Correlations(RankCorrelation? plain, RankCorrelation? atEqualTeacher) =>
        new[] { CorrelationSentence(plain), CorrelationSentence(atEqualTeacher, " at equal teacher top-1") }.OfType<string>();

    /// <summary>The headline: which students differ from the standard teacher's beyond noise.</summary>
    public static string Headline(IReadOnlyList<Finding> findings)
    {
        Finding[] accuracy = [.. findings.Where(f => f.Measure == Top1)];
        Finding[] main = [.. accuracy.Where(f => f.BaselineMethod == Standard)];
        if (accuracy.Length > 0 && accuracy.All(f => f.Difference.HalfWidth is null))
            return "One seed: no difference between teachers can be distinguished from noise.";
        if (main.Length == 0)
            return "No teacher was compared with the standard one.";
        string[] parts = [.. Part(Verdict.Higher, "above"), .. Part(Verdict.Lower, "below")];
        string rest = main.Any(f => f.Verdict == Verdict.WithinNoise) ? "; the others are within noise" : "";
        return parts.Length == 0
            ? "No student differs from the standard teacher's student in top-1 beyond noise."
            : $"Against the standard teacher's student in top-1: {string.Join("; ", parts)}{rest}.";

        IEnumerable<string> Part(Verdict verdict, string word)
        {
            string[] names = [.. main.Where(f => f.Verdict == verdict).Select(f => f.Method)];
            return names.Length == 0 ? [] : [$"{string.Join(", ", names)} {word}"];
        }
    }

    /// <summary>
    /// Whether teachers can be compared at all: where standard distillation does not improve on the plain student, the distillation is
    /// broken, not the teacher. Null where it improves, with one seed, which shows nothing, or where one of the two is missing.
    /// </summary>
    public static string? Caveat(IReadOnlyList<Finding> findings)
    {
        Finding? lift = findings.FirstOrDefault(f => f.Measure == Top1 && f.OwnMethod == Standard && f.BaselineMethod == None);
        return lift is null or { Verdict: Verdict.Higher } or { Difference.HalfWidth: null } ? null
            : lift.Difference.Mean > 0
                ? "The standard teacher's student is not clearly above the plain one, so the comparison of teachers is not reliable."
                : "The standard teacher's student does not beat the plain one: fix the distillation recipe before comparing teachers.";
    }

    private static Finding? Pair(string measure, TeacherRow row, TeacherRow baseline, Func<SeedRow, double?> value)
    {
        Dictionary<int, double?> other = baseline.Seeds.ToDictionary(seed => seed.Seed, value);
        double[] differences = [.. row.Seeds.Where(seed => other.ContainsKey(seed.Seed)).Select(seed => value(seed) - other[seed.Seed])
            .OfType<double>().Where(double.IsFinite)];
        if (differences.Length == 0)
            return null;
        Interval difference = Interval.Of(differences);
        Verdict verdict = difference.HalfWidth is null ? Verdict.WithinNoise
            : difference.Low > 0 ? Verdict.Higher
            : difference.High < 0 ? Verdict.Lower
            : Verdict.WithinNoise;
        return new Finding(measure, row.Name, baseline.Name, difference,
            verdict)
        { OwnMethod = row.Method, BaselineMethod = baseline.Method };
    }

    private string Signed(double value) => Measure == Information
        ? value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture)
        : (100 * value).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);
}

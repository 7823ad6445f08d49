using ReMem.Evaluation;
using ReMem.Reports;

namespace ReMem.Tests.Reports;

public sealed class FindingTests
{
    [Fact]
    public void The_rank_correlation_is_over_every_teacher_and_seed()
    {
        ComparisonReport report = SampleReport.Create();
        Assert.Equal(12, report.InformationAndStudent!.Count);
        string sentence = Finding.CorrelationSentence(report.InformationAndStudent)!;
        Assert.StartsWith("I_hat of the logits against student top-1 over 12 teachers: Spearman's rho ", sentence,
            StringComparison.Ordinal);
        Assert.Contains(sentence, ConsoleTable.Render(report), StringComparison.Ordinal);
        Assert.Contains(System.Net.WebUtility.HtmlEncode(sentence)!, HtmlReport.Render(report), StringComparison.Ordinal);
        Assert.Null((report with { Rows = [.. report.Rows.Take(1)] }).InformationAndStudent);
    }

    [Theory]
    [InlineData(0.6, 0.1, 0.9, "+0.60 (95 % bootstrap interval +0.10 to +0.90): students rise with it.")]
    [InlineData(-0.6, -0.9, -0.1, "students fall with it.")]
    [InlineData(0.6, -0.1, 0.9, "within noise.")]
    [InlineData(1, null, null, "+1.00 (too few for an interval): within noise.")]
    [InlineData(double.NaN, null, null, "is undefined, since one of them is constant.")]
    public void A_correlation_is_a_sentence(double rho, double? low, double? high, string end) =>
        Assert.EndsWith(end, Finding.CorrelationSentence(new RankCorrelation(rho, low, high, 12)), StringComparison.Ordinal);

    [Theory]
    [InlineData("sam", nameof(Verdict.Higher))]
    [InlineData("reweighted", nameof(Verdict.WithinNoise))]
    [InlineData("both", nameof(Verdict.Lower))]
    public void The_verdict_is_by_the_paired_interval(string method, string name)
    {
        Verdict verdict = Enum.Parse<Verdict>(name);
        Finding finding = Find(SampleReport.Create(), "student top-1", method, "standard");
        Assert.Equal(verdict, finding.Verdict);
        Assert.Equal(verdict == Verdict.WithinNoise, finding.Difference.Low <= 0 && finding.Difference.High >= 0);
    }

    [Fact]
    public void Pairs_cancel_what_seeds_share()
    {
        // The seeds vary by 0.005 in both; unpaired, that would widen the interval far beyond 0.001 a seed.
        Finding finding = Find(SampleReport.Create(), "student top-1", "sam", "standard");
        Assert.Equal(Interval.Of([0.039, 0.040, 0.041]).HalfWidth!.Value, finding.Difference.HalfWidth!.Value, 9);
        Assert.Equal("student top-1, sam against standard: +4.0 points (95 % interval +3.8 to +4.2 over 3 seeds): higher.",
            finding.Sentence);
    }

    [Fact]
    public void Noise_is_called_noise()
    {
        Finding finding = Find(SampleReport.Create(), "student top-1", "reweighted", "standard");
        Assert.Equal("student top-1, reweighted against standard: +0.5 points (95 % interval -4.5 to +5.5 over 3 seeds): within noise.",
            finding.Sentence);
    }

    [Fact]
    public void One_seed_is_noise_whatever_the_difference()
    {
        ComparisonReport report = SampleReport.Create(seeds: 1);
        Assert.All(report.Findings, finding => Assert.Equal(Verdict.WithinNoise, finding.Verdict));
        Assert.All(report.Findings, finding => Assert.EndsWith("(one seed, no interval): within noise.", finding.Sentence));
        Assert.Equal("One seed: no difference between teachers can be distinguished from noise.", Finding.Headline(report.Findings));
    }

    [Fact]
    public void Every_method_is_compared_with_standard_and_with_none()
    {
        var pairs = SampleReport.Create().Findings.Where(f => f.Measure == "student top-1").Select(f => $"{f.Method}-{f.Baseline}");
        Assert.Equal(["sam-standard", "reweighted-standard", "both-standard", "standard-none", "sam-none", "reweighted-none", "both-none"],
            pairs);
        Assert.Equal(3, SampleReport.Create().Findings.Count(f => f.Measure == "I_hat of the logits"));
    }

    [Fact]
    public void Only_seeds_that_both_have_are_paired()
    {
        ComparisonReport report = SampleReport.Create();
        TeacherRow[] rows = [.. report.Rows.Select(row => row.Method == "sam" ? row with { Seeds = [.. row.Seeds.Take(1)] } : row)];
        Finding finding = Find(report with { Rows = rows }, "student top-1", "sam", "standard");
        Assert.Equal(1, finding.Difference.Count);
        Assert.Equal(Verdict.WithinNoise, finding.Verdict);
    }

    [Fact]
    public void The_headline_names_who_stands_out()
    {
        Assert.Equal("Against the standard teacher's student in top-1: sam above; both below; the others are within noise.",
            Finding.Headline(SampleReport.Create().Findings));
        ComparisonReport report = SampleReport.Create();
        Assert.Equal("No student differs from the standard teacher's student in top-1 beyond noise.",
            Finding.Headline((report with { Rows = [.. report.Rows.Where(row => row.Method is not ("sam" or "both"))] }).Findings));
    }

    [Fact]
    public void A_standard_student_that_loses_to_the_plain_one_is_called_a_broken_recipe()
    {
        ComparisonReport report = SampleReport.Create();
        Assert.Null(Finding.Caveat(report.Findings));
        TeacherRow[] swapped = [.. report.Rows.Select(row =>
            row with { Method = row.Method switch { "none" => "standard", "standard" => "none", var m => m } })];
        Assert.Contains("does not beat the plain one", Finding.Caveat((report with { Rows = swapped }).Findings), StringComparison.Ordinal);
        // One seed shows nothing, whichever is higher.
        ComparisonReport single = SampleReport.Create(seeds: 1);
        TeacherRow[] lower = [.. single.Rows.Select(row =>
            row with { Method = row.Method switch { "none" => "standard", "standard" => "none", var m => m } })];
        Assert.Null(Finding.Caveat(single.Findings));
        Assert.Null(Finding.Caveat(Finding.All(lower)));
        Assert.Equal("One seed: no difference between teachers can be distinguished from noise.",
            Finding.Headline(Finding.All([.. lower.Where(row => row.Method is "none" or "standard")])));
        TeacherRow[] noisy = [.. report.Rows.Select(row =>
            row with { Method = row.Method switch { "reweighted" => "standard", "standard" => "none", "none" => "x", _ => "y" } })];
        Assert.Contains("not reliable", Finding.Caveat(Finding.All(noisy)), StringComparison.Ordinal);
    }

    private static Finding Find(ComparisonReport report, string measure, string method, string baseline) =>
        report.Findings.Single(f => f.Measure == measure && f.Method == method && f.Baseline == baseline);
}

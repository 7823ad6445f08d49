using ReMem.Recipes;
using ReMem.Recipes.Sweep;
using ReMem.Reports;
using ReMem.Tests.Reports;

namespace ReMem.Tests.Recipes.Sweep;

public sealed class SweepUntilTests
{
    private readonly List<int[]> _runs = [];

    [Theory]
    [InlineData("sam-standard<0.7", "sam", "standard", 0.007)]
    [InlineData("sam+calibrated-none < 2", "sam+calibrated", "none", 0.02)]
    public void A_difference_and_its_width_are_read(string text, string method, string baseline, double width)
    {
        var read = SweepUntil.Parse(text);
        Assert.Equal((method, baseline), (read.Method.Name, read.Baseline.Name));
        Assert.Equal(width, read.HalfWidth, 1e-12);
    }

    [Theory]
    [InlineData("ci<0.7", "cannot be read")]
    [InlineData("sam-standard", "cannot be read")]
    [InlineData("sam-standard<0", "cannot be read")]
    [InlineData("sam-standard<much", "cannot be read")]
    [InlineData("sam-standrd<1", "did you mean 'standard'")]
    [InlineData("sam-sam<1", "with itself")]
    public void Anything_else_is_refused(string text, string why) =>
        Assert.Contains(why, Assert.Throws<InputException>(() => SweepUntil.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_the_sweep_cannot_tell_is_refused()
    {
        void Refused(string why, string until, SweepPlan plan) => Assert.Contains(why,
            Assert.Throws<InputException>(() => SweepUntil.Parse(until).RequireIn(plan)).Message, StringComparison.Ordinal);
        Refused("no method 'mcmi'", "mcmi-standard<1", Plan([0, 1, 2]));
        Refused("2 seeds are too few", "sam-standard<1", Plan([0, 1]));
        Refused("'sam' has 2 variants", "sam-standard<1", SweepPlan.Create(Read, [SweepAxis.Parse("rho=0.1,0.2")], [0, 1, 2]));
        SweepUntil.Parse("standard-none<1").RequireIn(SweepPlan.Create(Read, [SweepAxis.Parse("rho=0.1,0.2")], [0, 1, 2]));
    }

    [Fact]
    public void The_first_seeds_decide_how_many_are_run_and_the_finding_is_noted()
    {
        // Differences of 0, 1 and 2 points: a deviation of 1, so (4.30 / 2) squared, five seeds.
        ComparisonReport report = Run("sam-standard<2", 40);
        Assert.Equal([[0, 1, 2], [0, 1, 2, 3, 4]], _runs);
        Assert.Equal(
            "Student top-1 of 'sam' against 'standard': +2.00 points, 95 % interval +0.08 to +3.92 over 5 seeds by Stein's procedure "
                + "from the "
                + "first 3: higher.",
            report.Notes[^1]);
    }

    [Fact]
    public void A_limit_stops_it_and_is_said()
    {
        ComparisonReport report = Run("sam-standard<0.5", 4);
        Assert.Equal(4, _runs[^1].Length);
        Assert.EndsWith("within noise; a difference beyond 3.7 points is excluded. 75 seeds would have been needed for the width that "
            + "was asked "
            + "for.", report.Notes[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Enough_seeds_are_not_run_again()
    {
        Run("sam-standard<5", 40);
        Assert.Equal([[0, 1, 2]], _runs);
    }

    private ComparisonReport Run(string until, int most) =>
        SweepUntil.Parse(until).Run(Plan([0, 1, 2]), most, Plan, Computed, null);

    /// <summary>Seed s of sam is s points above standard.</summary>
    private ComparisonReport Computed(SweepPlan plan)
    {
        _runs.Add([.. plan.Seeds]);
        TeacherRow Row(string method, double each) => new()
        {
            Method = method,
            Seeds = [.. plan.Seeds.Select(seed => SampleReport.Create(1).Rows[0].Seeds[0] with
            {
                Seed = seed,
                StudentTop1 = 0.5 + (each * seed),
            })],
        };
        return SampleReport.Create(1) with { Rows = [Row("standard", 0), Row("sam", 0.01)] };
    }

    private static SweepPlan Plan(IReadOnlyList<int> seeds) => SweepPlan.Create(Read, [], seeds);

    private static Recipe Read(IReadOnlyList<string> overrides) =>
        RecipeReader.Parse("name: x", "r.yaml", ["data.source=photos", "methods=[none, standard, sam]", .. overrides]);
}

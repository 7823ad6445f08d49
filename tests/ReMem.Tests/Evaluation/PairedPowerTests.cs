using ReMem.Evaluation;

namespace ReMem.Tests.Evaluation;

public sealed class PairedPowerTests
{
    /// <summary>Tabulated values of the paired t test, two-sided 5 %: seeds for a power of 80 % (Cohen 1988's effect sizes d).</summary>
    [Theory]
    [InlineData(0.5, 34)]
    [InlineData(0.8, 15)]
    [InlineData(0.2, 199)]
    [InlineData(1.0, 10)]
    [InlineData(2.0, 5)]
    public void Seeds_for_an_effect_are_those_of_the_tables(double effect, int seeds)
    {
        Assert.Equal(seeds, PairedPower.SeedsFor(effect, 1));
        Assert.Equal(seeds, PairedPower.SeedsFor(-effect * 0.014, 0.014));
        Assert.True(PairedPower.Of(effect, 1, seeds) >= 0.8 && PairedPower.Of(effect, 1, seeds - 1) < 0.8);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(30)]
    [InlineData(500)]
    public void Without_a_difference_the_test_is_right_in_nineteen_cases_of_twenty(int seeds) =>
        Assert.Equal(0.05, PairedPower.Of(0, 1, seeds), 1e-6);

    [Fact]
    public void A_simulation_agrees()
    {
        var random = new Random(5);
        const int runs = 40_000, seeds = 6;
        int shown = 0;
        for (int run = 0; run < runs; run++)
        {
            double[] values = [.. Enumerable.Range(0, seeds).Select(_ => 1.2 + Normal(random))];
            Interval interval = Interval.Of(values);
            shown += interval.Low > 0 || interval.High < 0 ? 1 : 0;
        }

        Assert.Equal((double)shown / runs, PairedPower.Of(1.2, 1, seeds), 0.01);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    public void What_some_seeds_show_is_what_needs_as_many(int seeds)
    {
        double difference = PairedPower.Detectable(0.01, seeds);
        Assert.Equal(0.8, PairedPower.Of(difference, 0.01, seeds), 1e-6);
        Assert.Equal(seeds, PairedPower.SeedsFor(difference * 1.0001, 0.01));
    }

    [Fact]
    public void A_difference_next_to_nothing_needs_more_than_anybody_has() => Assert.Null(PairedPower.SeedsFor(1e-4, 1));

    /// <summary>Chi-squared with 9 degrees of freedom: 2.700 and 19.023.</summary>
    [Fact]
    public void The_interval_of_a_deviation_is_that_of_the_tables()
    {
        (double low, double high) = PairedPower.DeviationInterval(2, 10);
        Assert.Equal(2 * Math.Sqrt(9 / 19.023), low, 1e-4);
        Assert.Equal(2 * Math.Sqrt(9 / 2.700), high, 1e-3);
    }

    /// <summary>A standard normal number (Box and Muller).</summary>
    internal static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

using ReMem.Evaluation;

namespace ReMem.Tests.Evaluation;

public sealed class SteinProcedureTests
{
    /// <summary>
    /// Ten thousand experiments without a difference, whose number of seeds each decides by its own first ones: 5 % are called different,
    /// and no interval is wider than was asked for.
    /// </summary>
    [Theory]
    [InlineData(3, 0.8)]
    [InlineData(5, 0.6)]
    [InlineData(10, 0.4)]
    public void False_alarms_are_one_in_twenty_whatever_the_first_seeds_say(int first, double width)
    {
        var random = new Random(first);
        const int experiments = 10_000;
        int alarms = 0;
        for (int e = 0; e < experiments; e++)
        {
            List<double> values = [.. Enumerable.Range(0, first).Select(_ => PairedPowerTests.Normal(random))];
            int needed = SteinProcedure.Needed(values, width);
            while (values.Count < needed)
                values.Add(PairedPowerTests.Normal(random));
            Interval interval = SteinProcedure.Of(values, first);
            Assert.True(interval.HalfWidth <= width + 1e-12);
            alarms += interval.Low > 0 || interval.High < 0 ? 1 : 0;
        }

        Assert.InRange((double)alarms / experiments, 0.045, 0.055);
    }

    [Fact]
    public void Stopping_as_soon_as_an_ordinary_interval_is_narrow_enough_would_err_more_often()
    {
        var random = new Random(9);
        const int experiments = 4_000;
        int alarms = 0;
        for (int e = 0; e < experiments; e++)
        {
            List<double> values = [.. Enumerable.Range(0, 3).Select(_ => PairedPowerTests.Normal(random))];
            while (Interval.Of(values).HalfWidth > 0.6 && values.Count < 200)
                values.Add(PairedPowerTests.Normal(random));
            Interval interval = Interval.Of(values);
            alarms += interval.Low > 0 || interval.High < 0 ? 1 : 0;
        }

        Assert.True((double)alarms / experiments > 0.06, $"{(double)alarms / experiments}");
    }

    [Fact]
    public void Seeds_follow_from_the_first_ones_spread()
    {
        // Deviation 1 of 3 values; t with 2 degrees of freedom is 4.3027.
        double[] first = [-1, 0, 1];
        Assert.Equal((int)Math.Ceiling(4.3027 * 4.3027 / 0.25), SteinProcedure.Needed(first, 0.5));
        Assert.Equal(3, SteinProcedure.Needed(first, 10));
        Assert.Equal(3, SteinProcedure.Needed([1, 1, 1], 1e-9));
        Interval interval = SteinProcedure.Of([-1, 0, 1, 4], 3);
        Assert.Equal((1, 4), (interval.Mean, interval.Count));
        Assert.Equal(4.3027 / 2, interval.HalfWidth!.Value, 1e-4);
    }
}

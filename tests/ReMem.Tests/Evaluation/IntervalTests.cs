using ReMem.Evaluation;

namespace ReMem.Tests.Evaluation;

public sealed class IntervalTests
{
    [Fact]
    public void Three_values_give_the_t_interval_with_two_degrees()
    {
        // Mean 2, standard deviation 1, standard error 1 / sqrt(3), quantile 4.3027.
        Interval interval = Interval.Of([1, 2, 3]);
        Assert.Equal(2, interval.Mean, 12);
        Assert.Equal(2.48414, interval.HalfWidth!.Value, 1e-4);
        Assert.Equal(3, interval.Count);
        Assert.Equal(interval.Mean - interval.HalfWidth, interval.Low);
        Assert.Equal(interval.Mean + interval.HalfWidth, interval.High);
    }

    [Fact]
    public void Equal_values_have_no_width() => Assert.Equal(0, Interval.Of([0.5, 0.5, 0.5]).HalfWidth);

    [Fact]
    public void One_value_has_no_interval()
    {
        Assert.Equal(new Interval(7, null, 1), Interval.Of([7]));
        Assert.Throws<ArgumentException>(() => Interval.Of([]));
    }

    [Theory]
    [InlineData(1, 0.4, true)]
    [InlineData(1.9, 0.5, true)]
    [InlineData(2.1, 0.5, false)]
    [InlineData(-0.1, 0.5, false)]
    [InlineData(1, 5, true)]
    public void Overlap_is_a_shared_value(double mean, double half, bool expected)
    {
        var one = new Interval(1, 0.5, 3);
        Assert.Equal(expected, one.Overlaps(new Interval(mean, half, 3)));
        Assert.Equal(expected, new Interval(mean, half, 3).Overlaps(one));
    }

    [Theory]
    [InlineData(1, 12.7062)]
    [InlineData(2, 4.3027)]
    [InlineData(9, 2.2622)]
    [InlineData(11, 2.2010)]
    [InlineData(20, 2.0860)]
    [InlineData(30, 2.0423)]
    [InlineData(100, 1.9840)]
    public void The_quantile_is_the_tables(int degrees, double expected) => Assert.Equal(expected, Interval.StudentT975(degrees), 1e-4);
}

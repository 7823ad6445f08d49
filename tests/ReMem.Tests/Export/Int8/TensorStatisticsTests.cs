using ReMem.Export.Int8;

namespace ReMem.Tests.Export.Int8;

public class TensorStatisticsTests
{
    [Fact]
    public void One_outlier_does_not_take_the_steps_of_all_others()
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 100_000).Select(_ => (float)((random.NextDouble() * 2) - 1)), 1000];
        TensorStatistics statistics = Of(values, [1, 1, 1, values.Length]);
        double MeanError(RangeMethod method) => values.Take(100_000).Average(v => Math.Abs(statistics.Range(method).Round(v) - v));
        Assert.Equal(1001 / 255.0, statistics.Range(RangeMethod.MinMax).Scale, 5);
        Assert.True(MeanError(RangeMethod.MinMax) > 0.4);
        // 2,048 bins of a range of 1001 are half a unit wide: the percentile cannot be nearer.
        Assert.InRange(statistics.Range(RangeMethod.Percentile).Scale, 2 / 255.0, 4 / 255.0);
        Assert.True(MeanError(RangeMethod.Percentile) < 0.01);
        TensorRange[] all = [statistics.Range(RangeMethod.MinMax), statistics.Range(RangeMethod.Percentile),
            statistics.Range(RangeMethod.LeastSquares)];
        Assert.Equal(all.Min(statistics.Error), statistics.Error(statistics.Range(RangeMethod.Auto)));
    }

    /// <summary>A normal distribution in 255 steps: clipping at about four deviations is the best, not at the extremes.</summary>
    [Fact]
    public void Least_squares_is_where_rounding_and_clipping_balance()
    {
        var random = new Random(2);
        float[] values = [.. Enumerable.Range(0, 200_000)
            .Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
        TensorStatistics statistics = Of(values, [1, 1, 1, values.Length]);
        TensorRange best = statistics.Range(RangeMethod.LeastSquares);
        double Squares(TensorRange range) => values.Average(v => Math.Pow(range.Round(v) - v, 2));
        Assert.InRange(best.Scale * TensorRange.Steps / 2, 3.5, 4.6);
        Assert.True(Squares(best) <= Squares(statistics.Range(RangeMethod.MinMax)));
        Assert.Equal(Squares(best), statistics.Error(best), Squares(best) * 0.1);
    }

    [Theory]
    [InlineData(new[] { 1, 2, 1, 3 })]
    [InlineData(new[] { 3, 2 })]
    public void Channels_are_the_second_of_four_axes_or_the_last(int[] shape)
    {
        float[] values = shape.Length == 4 ? [1, 2, 3, -4, 0, 1] : [1, -4, 2, 0, 3, 1];
        TensorStatistics statistics = Of(values, shape);
        Assert.Equal([2, -1], statistics.ChannelMeans);
        Assert.Equal([3f, 4f], statistics.ChannelSizes);
        Assert.Equal((-4f, 3f), (statistics.Low, statistics.High));
    }

    [Fact]
    public void Dead_and_constant_tensors_have_a_range()
    {
        foreach (RangeMethod method in Enum.GetValues<RangeMethod>())
        {
            Assert.Equal(new TensorRange(1, 0), Of([0, 0, 0], [1, 1, 1, 3]).Range(method));
            Assert.Equal(new TensorRange(1, 0), new TensorStatistics().Range(method));
            TensorRange constant = Of([2, 2, 2], [1, 1, 1, 3]).Range(method);
            Assert.Equal(2, constant.Round(2), constant.Scale);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_is_not_finite_is_an_error(float value) =>
        Assert.Contains("not finite",
            Assert.Throws<ReMemException>(() => new TensorStatistics().AddExtremes([1, value], [1, 1, 1, 2])).Message,
            StringComparison.Ordinal);

    private static TensorStatistics Of(float[] values, int[] shape)
    {
        var statistics = new TensorStatistics();
        statistics.AddExtremes(values, shape);
        statistics.AddHistogram(values);
        return statistics;
    }
}

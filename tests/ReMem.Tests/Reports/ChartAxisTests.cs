using ReMem.Reports;

namespace ReMem.Tests.Reports;

public sealed class ChartAxisTests
{
    [Fact]
    public void Ticks_are_round_numbers_inside_the_range()
    {
        ChartAxis axis = ChartAxis.Around([0.0854, 0.0921]);
        Assert.Equal(["0.086", "0.088", "0.090", "0.092"], axis.Ticks.Select(axis.Label));
        Assert.True(axis.Low < 0.0854 && axis.High > 0.0921);
        Assert.Equal(0, axis.Share(axis.Low));
        Assert.Equal(1, axis.Share(axis.High));
    }

    [Fact]
    public void Bars_start_at_zero()
    {
        ChartAxis axis = ChartAxis.Around([57, 64.4], fromZero: true);
        Assert.Equal(0, axis.Low);
        Assert.Equal("0", axis.Label(axis.Ticks[0]));
    }

    [Fact]
    public void Epochs_are_whole()
    {
        ChartAxis axis = ChartAxis.Around([1, 2, 3], integers: true);
        Assert.Equal(["1", "2", "3"], axis.Ticks.Select(axis.Label));
        Assert.Equal((1, 3), (axis.Low, axis.High));
    }

    [Theory]
    [InlineData(5.0)]
    [InlineData(0.0)]
    [InlineData(-3.0)]
    public void One_value_still_has_a_range(double value)
    {
        ChartAxis axis = ChartAxis.Around([value, double.NaN, double.PositiveInfinity]);
        Assert.InRange(axis.Share(value), 0.01, 0.99);
        Assert.InRange(axis.Ticks.Count, 1, 12);
    }

    [Fact]
    public void Quarter_steps_show_their_second_digit()
    {
        ChartAxis axis = ChartAxis.Around([0, 1.05]);
        Assert.Equal(axis.Ticks, axis.Ticks.Select(axis.Label).Select(double.Parse));
    }
}

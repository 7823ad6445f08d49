using ReMem.Export.Int8;

namespace ReMem.Tests.Export.Int8;

public class TensorRangeTests
{
    /// <summary>NumPy: s = float32((high - low) / 255), z = round(-low / s), (clip(rint(x / s) + z, 0, 255) - z) * s.</summary>
    [Theory]
    [InlineData(-1, 2, 0.011764706, 85)]
    [InlineData(0, 6, 0.023529412, 0)]
    [InlineData(0.5, 6, 0.023529412, 0)]
    [InlineData(-3, -1, 0.011764706, 255)]
    public void Scale_and_zero_point_hold_the_range_and_zero(double low, double high, double scale, byte zero)
    {
        TensorRange range = TensorRange.Of(low, high);
        Assert.Equal(scale, range.Scale, 8);
        Assert.Equal(zero, range.ZeroPoint);
        Assert.Equal(0, range.Round(0));
    }

    [Theory]
    [InlineData(0.71, 0.70588234)]
    [InlineData(-0.123, -0.11764706)]
    [InlineData(5, 2.0000000)]
    [InlineData(-5, -1.0000000)]
    public void Numbers_are_rounded_and_clipped(double value, double rounded) =>
        Assert.Equal(rounded, TensorRange.Of(-1, 2).Round(value), 6);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1e-44)]
    public void What_is_zero_throughout_stays_zero(double low, double high)
    {
        TensorRange range = TensorRange.Of(low, high);
        Assert.Equal(new TensorRange(1, 0), range);
        Assert.Equal(0, range.Round(0));
    }
}

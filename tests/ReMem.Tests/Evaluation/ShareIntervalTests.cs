using ReMem.Evaluation;

namespace ReMem.Tests.Evaluation;

public class ShareIntervalTests
{
    /// <summary>Against Wilson's formula evaluated elsewhere.</summary>
    [Theory]
    [InlineData(0.5, 100, 0.40383, 0.59617)]
    [InlineData(0.0, 10, 0.0, 0.27753)]
    [InlineData(1.0, 10, 0.72247, 1.0)]
    public void The_interval_is_Wilsons(double share, int count, double low, double high)
    {
        (double Low, double High) interval = ShareInterval.Wilson(share, count);
        Assert.Equal(low, interval.Low, 1e-5);
        Assert.Equal(high, interval.High, 1e-5);
    }
}

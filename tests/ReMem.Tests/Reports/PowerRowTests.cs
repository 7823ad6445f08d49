using ReMem.Reports;

namespace ReMem.Tests.Reports;

public sealed class PowerRowTests
{
    [Fact]
    public void Every_pair_of_methods_is_read_by_seed()
    {
        IReadOnlyList<PowerRow> rows = PowerRow.Of(SampleReport.Create(), "run");
        Assert.Equal(10, rows.Count);
        PowerRow row = rows.Single(r => r is { Method: "reweighted", Baseline: "standard" });
        Assert.Equal(3, row.Seeds);

        // The sample: 0.5 points above, by -1.5, 0.5 and 2.5 in turn.
        Assert.Equal(0.005, row.Difference, 1e-9);
        Assert.Equal(0.02, row.Deviation, 1e-9);
        Assert.True(row.DeviationLow < 0.02 && row.DeviationHigh > 0.02);
        Assert.True(row.Detectable > 0.02);
        Assert.Equal(row.Needed.OrderDescending(), row.Needed);
        Assert.Equal(10, row.Needed[3]);
    }

    [Fact]
    public void One_seed_tells_nothing() => Assert.Equal("No two methods of the run share two seeds or more.",
        Assert.Throws<InputException>(() => PowerRow.Of(SampleReport.Create(1), "run")).Message);
}

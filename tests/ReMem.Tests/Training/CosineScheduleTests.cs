using ReMem.Training;

namespace ReMem.Tests.Training;

public class CosineScheduleTests
{
    [Fact]
    public void Warms_up_peaks_and_ends_at_its_share()
    {
        var schedule = new CosineSchedule(1, 110, 10, 0.1);
        Assert.Equal(1 / 11.0, schedule.At(0), 12);
        Assert.Equal(10 / 11.0, schedule.At(9), 12);
        Assert.Equal(1, schedule.At(10), 12);
        Assert.Equal(0.1 + (0.9 * 0.5), schedule.At(60), 12);
        Assert.Equal(0.1, schedule.At(110), 12);
    }

    [Fact]
    public void A_run_that_is_all_warm_up_never_divides_by_zero() => Assert.True(double.IsFinite(new CosineSchedule(1, 5, 5, 0).At(5)));
}

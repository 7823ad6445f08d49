using ReMem.Training;

namespace ReMem.Tests.Training;

public class SettingScheduleTests
{
    private static readonly ScheduledSetting Rho = new("rho", 10, "linear(0.01)");
    private static readonly CosineSchedule Rates = new(2e-3, 5, 1, 0.1);

    [Theory]
    [InlineData("constant", new[] { 0.1, 0.1, 0.1, 0.1, 0.1 })]
    [InlineData("linear(0.02)", new[] { 0.02, 0.04, 0.06, 0.08, 0.1 })]
    [InlineData("linear(0.2)", new[] { 0.2, 0.175, 0.15, 0.125, 0.1 })]
    [InlineData("cosine(0)", new[] { 0, 0.0146446609406726, 0.05, 0.0853553390593274, 0.1 })]
    public void It_goes_from_its_start_to_its_value(string form, double[] expected)
    {
        SettingSchedule schedule = SettingSchedule.Parse(form, Rho, "teacher.rho_schedule");
        Func<long, double> setting = schedule.Over(0.1, Rates);
        for (int step = 0; step < expected.Length; step++)
            Assert.Equal(expected[step], setting(step), 1e-12);
        Assert.Equal(expected.Max(), schedule.Largest(0.1), 1e-12);
        Assert.Equal(form == "constant", schedule.IsConstant);
    }

    [Theory]
    [InlineData("linear(0.2)")]
    [InlineData("cosine(0.2)")]
    public void It_ends_exactly_where_it_should(string form) =>
        Assert.Equal(0.9, SettingSchedule.Parse(form, Rho, "teacher.rho_schedule").Over(0.9, Rates)(4));

    [Fact]
    public void It_follows_the_learning_rate()
    {
        Func<long, double> setting = SettingSchedule.Parse("lr", Rho, "teacher.rho_schedule").Over(0.1, Rates);
        Assert.Equal(0.05, setting(0), 1e-12);
        Assert.Equal(0.1, setting(1), 1e-12);
        for (int step = 0; step < 5; step++)
            Assert.Equal(0.1 * Rates.At(step) / 2e-3, setting(step), 1e-12);
    }

    [Theory]
    [InlineData("linear", "The schedule of rho 'linear' cannot be read.")]
    [InlineData("(0.1)", "The schedule of rho '(0.1)' cannot be read.")]
    [InlineData("constant(1)", "The schedule of rho 'constant(1)' cannot be read.")]
    [InlineData("linear(-1)", "In 'linear(-1)', the start is '-1'; it must be between 0 and 10.")]
    [InlineData("cosine(11)", "In 'cosine(11)', the start is '11'; it must be between 0 and 10.")]
    [InlineData("liner(0.1)", "Unknown schedule of rho 'liner'; did you mean 'linear'?")]
    public void A_form_that_is_none_is_refused(string form, string message)
    {
        InputException error = Assert.Throws<InputException>(() => SettingSchedule.Parse(form, Rho, "teacher.rho_schedule"));
        Assert.Equal((message, "teacher.rho_schedule"), (error.Message, error.Where));
    }

    [Fact]
    public void A_training_goes_from_0_to_1()
    {
        Assert.Equal([0, 0.25, 0.5, 0.75, 1], Enumerable.Range(0, 5).Select(i => new TrainingStep(0, i, 5).Progress));
        Assert.Equal(1, new TrainingStep(0, 0, 1).Progress);
    }
}

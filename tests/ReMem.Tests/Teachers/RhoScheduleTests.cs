using ReMem.Teachers;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;

namespace ReMem.Tests.Teachers;

[Collection(TorchGenerator.Name)]
public class RhoScheduleTests
{
    private static readonly CosineSchedule Rates = new(2e-3, 5, 1, 0.1);

    [Theory]
    [InlineData("constant", new[] { 0.1, 0.1, 0.1, 0.1, 0.1 })]
    [InlineData("linear(0.02)", new[] { 0.02, 0.04, 0.06, 0.08, 0.1 })]
    [InlineData("linear(0.2)", new[] { 0.2, 0.175, 0.15, 0.125, 0.1 })]
    [InlineData("cosine(0)", new[] { 0, 0.0146446609406726, 0.05, 0.0853553390593274, 0.1 })]
    public void It_goes_from_its_start_to_rho(string form, double[] expected)
    {
        Func<long, double> radius = RhoSchedule.Parse(form).Over(0.1, Rates);
        for (int step = 0; step < expected.Length; step++)
            Assert.Equal(expected[step], radius(step), 1e-12);
    }

    [Fact]
    public void It_follows_the_learning_rate()
    {
        Func<long, double> radius = RhoSchedule.Parse("lr").Over(0.1, Rates);
        Assert.Equal(0.05, radius(0), 1e-12);
        Assert.Equal(0.1, radius(1), 1e-12);
        for (int step = 0; step < 5; step++)
            Assert.Equal(0.1 * Rates.At(step) / 2e-3, radius(step), 1e-12);
    }

    [Fact]
    public void A_radius_of_nothing_is_a_plain_step()
    {
        using var plain = Model();
        using var tuned = Model();
        TrainingOptions one = Options with { Epochs = 1, BatchSize = 4 };
        TrainingResult expected = new TeacherFineTuner(one, new TeacherOptions()).Run(Job(plain) with { Train = Loader(4) });
        TrainingResult result = new TeacherFineTuner(one with { Epochs = 1 }, new TeacherOptions { Rho = 0.1, RhoSchedule = "lr" }).Run(Job(tuned) with { Train = Loader(4) });
        Assert.True(result.Epochs[0].Rise > 0);
        using var flat = Model();
        result = new TeacherFineTuner(one with { Epochs = 2 }, new TeacherOptions { Rho = 0.1, RhoSchedule = "linear(0)" }).Run(Job(flat) with { Train = Loader(4) });
        Assert.Equal(expected.Epochs[0].TrainLoss, result.Epochs[0].TrainLoss);
        Assert.Equal(0, result.Epochs[0].Rise);
        Assert.True(result.Epochs[1].Rise > 0);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("linear(-1)")]
    [InlineData("cosine(11)")]
    [InlineData("constant(1)")]
    [InlineData("step(0.1)")]
    [InlineData("(0.1)")]
    public void A_form_that_is_none_is_refused(string form)
    {
        using var model = Model();
        InputException error = Assert.Throws<InputException>(() => new TeacherFineTuner(Options, new TeacherOptions { Rho = 0.1, RhoSchedule = form }).Run(Job(model)));
        Assert.Equal("teacher.rho_schedule", error.Where);
    }
}

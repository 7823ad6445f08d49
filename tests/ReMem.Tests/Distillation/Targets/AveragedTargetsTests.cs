using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Tests.Distillation.Losses;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation.Targets;

public class AveragedTargetsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Softened_probabilities_of_the_average_are_the_mean_of_the_teachers(double temperature)
    {
        using var scope = NewDisposeScope();
        (Tensor first, Tensor second, _) = DistillationInputs.Logits();
        Tensor found = (AveragedTargets.Of([first, second], TeacherAverage.Probabilities, temperature) / temperature).softmax(1);
        Assert.Equal(ScalarType.Float64, found.dtype);
        double[,] a = Softened(first, temperature), b = Softened(second, temperature);
        for (int row = 0; row < 8; row++)
        {
            for (int c = 0; c < 10; c++)
                Assert.Equal((a[row, c] + b[row, c]) / 2, found[row, c].item<double>(), 1e-14);
        }
    }

    [Fact]
    public void Two_sure_teachers_of_two_minds_are_worked_out_by_hand()
    {
        using var scope = NewDisposeScope();
        Tensor first = tensor(new[] { Math.Log(0.8), Math.Log(0.1), Math.Log(0.1) }).unsqueeze(0),
            second = tensor(new[] { Math.Log(0.2), Math.Log(0.6), Math.Log(0.2) }).unsqueeze(0);
        double[] mean = (AveragedTargets.Of([first, second], TeacherAverage.Probabilities, 1)).softmax(1)[0].data<double>().ToArray();
        Assert.Equal([0.5, 0.35, 0.15], mean.Select(p => Math.Round(p, 14)));
        Assert.Equal([0.5 * Math.Log(0.16), 0.5 * Math.Log(0.06), 0.5 * Math.Log(0.02)],
            AveragedTargets.Of([first, second], TeacherAverage.Logits, 1)[0].data<double>().ToArray(), Near);

        // KL of a student of even probabilities: sum p log(3 p).
        double loss = DistillationObjective.Parse("kl").Loss(
            new BatchOutputs(zeros(1, 3, ScalarType.Float64),
                null), new BatchOutputs(AveragedTargets.Of([first, second], TeacherAverage.Probabilities, 1), null), zeros(1,
                    ScalarType.Int64), 1).item<double>();
        Assert.Equal((0.5 * Math.Log(1.5)) + (0.35 * Math.Log(1.05)) + (0.15 * Math.Log(0.45)), loss, 1e-14);
    }

    [Theory]
    [InlineData("kl")]
    [InlineData("standardized")]
    [InlineData("hard")]
    [InlineData("dkd")]
    [InlineData("dist")]
    public void A_teacher_given_twice_is_that_teacher_to_every_term_of_logits(string objective)
    {
        using var scope = NewDisposeScope();
        (Tensor student, Tensor teacher, Tensor labels) = DistillationInputs.Logits();
        double Loss(Tensor targets) => DistillationObjective.Parse(objective)
            .Loss(new BatchOutputs(student, null), new BatchOutputs(targets, null), labels, 4).item<double>();
        double once = Loss(teacher);
        foreach (TeacherAverage average in Enum.GetValues<TeacherAverage>())
            Assert.Equal(once, Loss(AveragedTargets.Of([teacher, teacher], average, 4)), 1e-12);
    }

    [Fact]
    public void A_class_that_no_teacher_believes_in_stays_finite()
    {
        using var scope = NewDisposeScope();
        Tensor sure = tensor(new[,] { { 300f, 0f } });
        Assert.True(AveragedTargets.Of([sure, sure * 2], TeacherAverage.Probabilities, 1).isfinite().all().item<bool>());
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-14;

    private static double[,] Softened(Tensor logits, double temperature)
    {
        var result = new double[8, 10];
        for (int row = 0; row < 8; row++)
        {
            double[] powers = [.. Enumerable.Range(0, 10).Select(c => Math.Exp(logits[row, c].item<double>() / temperature))];
            for (int c = 0; c < 10; c++)
                result[row, c] = powers[c] / powers.Sum();
        }

        return result;
    }
}

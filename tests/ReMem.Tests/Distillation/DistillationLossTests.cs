using ReMem.Distillation;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation;

public class DistillationLossTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Kullback_Leibler_gives_the_reference(int temperature)
    {
        using var scope = NewDisposeScope();
        var (student, teacher, _) = Inputs();
        double expected = Goldens.Math.GetProperty("kl").GetProperty(temperature.ToString(System.Globalization.CultureInfo.InvariantCulture)).GetDouble();
        Assert.Equal(expected, DistillationLoss.KullbackLeibler(student, teacher, temperature).item<double>(), 1e-9);
    }

    [Theory]
    [InlineData(0.0, "cross_entropy")]
    [InlineData(0.1, "cross_entropy_smoothing_0_1")]
    public void Without_a_teacher_it_is_the_cross_entropy(double smoothing, string golden)
    {
        using var scope = NewDisposeScope();
        var (student, _, labels) = Inputs();
        Tensor loss = DistillationLoss.Combined(student, null, labels, new DistillationOptions { Weight = 0.9 }, smoothing);
        Assert.Equal(Goldens.Math.GetProperty(golden).GetDouble(), loss.item<double>(), 1e-9);
    }

    [Fact]
    public void Weight_mixes_both_parts_linearly()
    {
        using var scope = NewDisposeScope();
        var (student, teacher, labels) = Inputs();
        double At(double weight) => DistillationLoss.Combined(student, teacher, labels, new DistillationOptions { Weight = weight, Temperature = 2 }, 0).item<double>();
        Assert.Equal((0.3 * At(1)) + (0.7 * At(0)), At(0.3), 1e-9);
        Assert.Equal(Goldens.Math.GetProperty("kl").GetProperty("2").GetDouble(), At(1), 1e-9);
    }

    [Fact]
    public void No_gradient_reaches_a_teacher_that_agrees()
    {
        using var scope = NewDisposeScope();
        Tensor student = Inputs().Student.requires_grad_();
        DistillationLoss.KullbackLeibler(student, student.detach(), 4).backward();
        Assert.True(student.grad!.abs().max().item<double>() < 1e-12);
    }

    private static (Tensor Student, Tensor Teacher, Tensor Labels) Inputs() =>
    (
        Goldens.UniformTensor("student", 3, 8, 10),
        Goldens.UniformTensor("teacher", 4, 8, 10),
        tensor(Enumerable.Range(0, 8).Select(i => (long)(3 * i % 10)).ToArray()));
}

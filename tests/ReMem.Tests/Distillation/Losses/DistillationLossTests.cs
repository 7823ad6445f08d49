using ReMem.Distillation.Losses;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation.Losses;

public class DistillationLossTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Kullback_Leibler_gives_the_reference(int temperature)
    {
        using var scope = NewDisposeScope();
        var (student, teacher, _) = DistillationInputs.Logits();
        double expected = Goldens.Math.GetProperty("kl")
            .GetProperty(temperature.ToString(System.Globalization.CultureInfo.InvariantCulture)).GetDouble();
        Assert.Equal(expected, DistillationLoss.KullbackLeibler(student, teacher, temperature).item<double>(), 1e-9);
    }

    [Fact]
    public void Standardized_logits_give_the_reference_whatever_their_scale()
    {
        using var scope = NewDisposeScope();
        var (student, teacher, _) = DistillationInputs.Logits();
        double Loss(double scale) => DistillationLoss.KullbackLeibler(
            DistillationLoss.Standardize((student * scale) + 3), DistillationLoss.Standardize(teacher), 2).item<double>();
        Assert.Equal(Golden("kl_standardized_T2"), Loss(1), 1e-9);
        Assert.Equal(Loss(1), Loss(5), 1e-6);
    }

    [Fact]
    public void The_decoupled_loss_gives_the_reference()
    {
        using var scope = NewDisposeScope();
        var (student, teacher, labels) = DistillationInputs.Logits();
        double Loss(double alpha, double beta) => DistillationLoss.Decoupled(student, teacher, labels, 4, alpha, beta).item<double>();
        Assert.Equal(Golden("dkd_a1_b8_T4"), Loss(1, 8), 1e-9);
        Assert.Equal(Loss(1, 8), Loss(1, 0) + (8 * Loss(0, 1)), 1e-9);
    }

    [Fact]
    public void The_decoupled_loss_stays_finite_where_the_teacher_is_certain()
    {
        using var scope = NewDisposeScope();
        var (student, teacher, labels) = DistillationInputs.Logits();
        Tensor given = (student * 50).to(ScalarType.Float32).requires_grad_();
        DistillationLoss.Decoupled(given, (teacher * 50).to(ScalarType.Float32), labels, 1, 1, 8).backward();
        Assert.True(given.grad!.isfinite().all().item<bool>());
    }

    [Theory]
    [InlineData("dist_b1_g1_T1", 1, 1, 1)]
    [InlineData("dist_b2_g2_T4", 2, 2, 4)]
    public void The_correlation_loss_gives_the_reference(string golden, double beta, double gamma, double temperature)
    {
        using var scope = NewDisposeScope();
        var (student, teacher, _) = DistillationInputs.Logits();
        Assert.Equal(Golden(golden), DistillationLoss.Correlation(student, teacher, temperature, beta, gamma).item<double>(), 1e-9);
    }

    [Fact]
    public void The_hard_loss_is_the_cross_entropy_with_the_teachers_likeliest_class()
    {
        using var scope = NewDisposeScope();
        var (student, teacher, _) = DistillationInputs.Logits();
        double expected = 0;
        for (int i = 0; i < 8; i++)
        {
            double[] s = student[i].data<double>().ToArray(), t = teacher[i].data<double>().ToArray();
            expected += (Math.Log(s.Sum(Math.Exp)) - s[Array.IndexOf(t, t.Max())]) / 8;
        }

        Assert.Equal(expected, DistillationLoss.Hard(student, teacher).item<double>(), 1e-9);
        FiniteDifferences.AssertGradient(s => DistillationLoss.Hard(s, teacher), student);
    }

    [Fact]
    public void No_gradient_reaches_a_student_that_agrees()
    {
        using var scope = NewDisposeScope();
        var (given, _, labels) = DistillationInputs.Logits();
        foreach ((Func<Tensor, Tensor, Tensor> loss, double tolerance) in new (Func<Tensor, Tensor, Tensor>, double)[]
        {
            ((s, t) => DistillationLoss.KullbackLeibler(s, t, 4), 1e-12),
            ((s, t) => DistillationLoss.Decoupled(s, t, labels, 4, 1, 8), 1e-12),

            // The 1e-8 that keeps a constant row finite is seen in nearly constant ones.
            ((s, t) => DistillationLoss.Correlation(s, t, 4, 1, 1), 1e-4),
        })
        {
            Tensor student = given.clone().requires_grad_();
            Tensor value = loss(student, student.detach());
            value.backward();
            Assert.Equal(0, value.item<double>(), tolerance);
            Assert.True(student.grad!.abs().max().item<double>() < tolerance);
        }
    }

    private static double Golden(string name) => Goldens.Math.GetProperty(name).GetDouble();
}

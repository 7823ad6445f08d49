using ReMem.Distillation.Losses;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation.Losses;

public class TokenLossTests
{
    private const double Epsilon = 1e-6;

    [Fact]
    public void Tokens_differ_as_their_whitened_channels_do()
    {
        using var scope = NewDisposeScope();
        Tensor student = Goldens.UniformTensor("student.tokens", 3, 2, 4, 5), teacher = Goldens.UniformTensor("teacher.tokens", 2, 2, 4, 5);
        double expected = 0;
        for (int image = 0; image < 2; image++)
        {
            for (int place = 0; place < 4; place++)
                expected += White(Row(student, image, place)).Zip(White(Row(teacher, image, place)), (a, b) => (a - b) * (a - b)).Sum()
                    / (2 * 4 * 5);
        }

        Assert.Equal(expected, TokenLoss.Tokens(student, teacher).item<double>(), 1e-9);
        FiniteDifferences.AssertGradient(s => TokenLoss.Tokens(s, teacher), student);
    }

    /// <summary>2 x 2 cells of the coarser grid, each the mean of four of the finer.</summary>
    [Fact]
    public void The_finer_grid_is_brought_to_the_coarser()
    {
        using var scope = NewDisposeScope();
        Tensor fine = Goldens.UniformTensor("fine", 2, 2, 16, 3), coarse = Goldens.UniformTensor("coarse", 2, 2, 4, 3);
        Tensor means = fine.view(2, 2, 2, 2, 2, 3).mean([2, 4]).view(2, 4, 3);
        double expected = TokenLoss.Tokens(means, coarse).item<double>();
        Assert.Equal(expected, TokenLoss.Tokens(fine, coarse).item<double>(), 1e-9);
        Assert.Equal(expected, TokenLoss.Tokens(coarse, fine).item<double>(), 1e-9);
        FiniteDifferences.AssertGradient(s => TokenLoss.Tokens(s, coarse), fine);
    }

    [Fact]
    public void Attention_is_the_divergence_of_every_row()
    {
        using var scope = NewDisposeScope();
        Tensor student = Goldens.UniformTensor("student.scores", 2, 2, 2, 3, 4, 4),
            teacher = Goldens.UniformTensor("teacher.scores", 3, 2, 2, 3, 4, 4).softmax(-1);
        double[] s = student.softmax(-1).data<double>().ToArray(), t = teacher.data<double>().ToArray();
        var expected = new double[2];
        for (int i = 0; i < s.Length; i++)
            expected[i / (3 * 16) % 2] += t[i] * Math.Log(t[i] / s[i]) / (2 * 3 * 4);
        double Loss(double distributions, double relations) =>
            TokenLoss.Attention(student.softmax(-1), teacher, distributions, relations).item<double>();
        Assert.Equal(expected[0], Loss(1, 0), 1e-9);
        Assert.Equal(expected[1], Loss(0, 1), 1e-9);
        Assert.Equal((2 * expected[0]) + (3 * expected[1]), Loss(2, 3), 1e-9);
        FiniteDifferences.AssertGradient(x => TokenLoss.Attention(x.softmax(-1), teacher, 2, 3), student);
    }

    [Fact]
    public void A_student_that_agrees_gets_a_finite_gradient_of_nothing()
    {
        using var scope = NewDisposeScope();
        // Empty places, as after a ReLU, and rows that are certain.
        Tensor tokens = cat([Goldens.UniformTensor("tokens", 3, 1, 3, 4), zeros(1, 1, 4, ScalarType.Float64)], 1).requires_grad_();
        Tensor attention = eye(3, dtype: ScalarType.Float64).expand(1, 2, 1, 3, 3).clone().requires_grad_();
        Tensor value = TokenLoss.Tokens(tokens, tokens.detach()) + TokenLoss.Attention(attention, attention.detach(), 1, 0);
        value.backward();
        Assert.Equal(0, value.item<double>(), 1e-12);
        Assert.True(tokens.grad!.abs().max().item<double>() < 1e-12);
        Assert.True(attention.grad!.isfinite().all().item<bool>());
    }

    private static double[] Row(Tensor tokens, int image, int place) => tokens[image, place].data<double>().ToArray();

    private static double[] White(double[] row)
    {
        double mean = row.Average(), variance = row.Average(x => (x - mean) * (x - mean));
        return [.. row.Select(x => (x - mean) / Math.Sqrt(variance + Epsilon))];
    }
}

using ReMem.Distillation.Losses;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation.Losses;

public class CoarserGridTests
{
    /// <summary>Of three cells a side two are made: each has one and a half of them.</summary>
    [Fact]
    public void Cells_that_lie_across_a_border_count_by_their_area()
    {
        using var scope = NewDisposeScope();
        double[] x = [.. Enumerable.Range(0, 9).Select(i => (double)(i * i))];
        double[] found = CoarserGrid.Tokens(tensor(x).view(1, 9, 1), 2).data<double>().ToArray();
        double First(double a, double b, double c) => ((2 * a) + b) / 3;
        double Last(double a, double b, double c) => (b + (2 * c)) / 3;
        Assert.Equal(
            [
                First(First(x[0], x[1], x[2]), First(x[3], x[4], x[5]), 0),
                First(Last(x[0], x[1], x[2]), Last(x[3], x[4], x[5]), 0),
                Last(0, First(x[3], x[4], x[5]), First(x[6], x[7], x[8])),
                Last(0, Last(x[3], x[4], x[5]), Last(x[6], x[7], x[8])),
            ],
            found,
            (a, b) => Math.Abs(a - b) < 1e-9);
    }

    [Theory]
    [InlineData(0, 4, 2)]
    [InlineData(1, 5, 3)]
    [InlineData(1, 3, 3)]
    [InlineData(1, 4, 1)]
    public void Attention_stays_a_distribution(int prefix, int fine, int coarse)
    {
        using var scope = NewDisposeScope();
        Tensor given = Goldens.UniformTensor("scores", 3, 2, 2, 3, prefix + (fine * fine), prefix + (fine * fine)).softmax(-1);
        Tensor found = CoarserGrid.Attention(given, prefix, coarse);
        Assert.Equal([2, 2, 3, prefix + (coarse * coarse), prefix + (coarse * coarse)], found.shape);
        Assert.True(found.sum(-1).sub(1).abs().max().item<double>() < 1e-12);
        if (prefix == 1)
            Assert.True(found[.., .., .., 0, 0].allclose(given[.., .., .., 0, 0]));
    }

    [Fact]
    public void A_query_is_the_mean_of_those_beneath_it_and_a_key_their_sum()
    {
        using var scope = NewDisposeScope();
        Tensor given = Goldens.UniformTensor("scores", 3, 1, 1, 1, 16, 16).softmax(-1);
        Tensor expected = given.view(2, 2, 2, 2, 2, 2, 2, 2).mean([1, 3]).sum([3, 5]).view(1, 1, 1, 4, 4);
        Assert.True(CoarserGrid.Attention(given, 0, 2).allclose(expected, 1e-9, 1e-12));
    }
}

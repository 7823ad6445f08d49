using ReMem.Weights;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights;

public class RelativePositionBiasTests
{
    /// <summary>
    /// The old offsets lie at 0, 1, 1 + q, 1 + q + q^2, ... with the last at the new edge. A table that holds those positions must say
    /// every new offset, since linear interpolation is exact on it.
    /// </summary>
    [Theory]
    [InlineData(5, 6)]
    [InlineData(14, 24)]
    public void A_larger_grid_spreads_the_offsets_geometrically(int from, int to)
    {
        using var scope = NewDisposeScope();
        int old = (2 * from) - 1, span = (2 * to) - 1;
        double q = 1.2;
        for (int step = 0; step < 50; step++)
        {
            double Sum(double r) => Enumerable.Range(0, from - 1).Sum(k => Math.Pow(r, k)) - (to - 1);
            q -= Sum(q) / ((Sum(q + 1e-6) - Sum(q - 1e-6)) / 2e-6);
        }

        double Position(int offset) => Math.Sign(offset) * Enumerable.Range(0, Math.Abs(offset)).Sum(k => Math.Pow(q, k));
        Tensor table = zeros((old * old) + 3, 2, ScalarType.Float64);
        for (int row = 0; row < old * old; row++)
        {
            table[row, 0] = Position((row / old) - from + 1);
            table[row, 1] = Position((row % old) - from + 1);
        }

        table[old * old, 0] = 5;
        table[(old * old) + 2, 1] = 7;
        Tensor result = RelativePositionBias.Resample(table, to);
        Assert.Equal([(span * span) + 3, 2], result.shape);
        for (int row = 0; row < span * span; row++)
        {
            Assert.Equal((row / span) - to + 1, result[row, 0].item<double>(), 1e-3);
            Assert.Equal((row % span) - to + 1, result[row, 1].item<double>(), 1e-3);
        }

        Assert.Equal((5.0, 7.0), (result[span * span, 0].item<double>(), result[(span * span) + 2, 1].item<double>()));
    }

    [Fact]
    public void A_smaller_grid_keeps_the_near_offsets_and_the_same_grid_all()
    {
        using var scope = NewDisposeScope();
        Tensor table = Goldens.UniformTensor("table", 1, (9 * 9) + 3, 2);
        Assert.True(Goldens.Same(table, RelativePositionBias.Resample(table, 5)));
        Tensor result = RelativePositionBias.Resample(table, 2);

        // The centre and its neighbours of a 9 x 9 table are those of a 3 x 3 one.
        for (int y = -1; y <= 1; y++)
        {
            for (int x = -1; x <= 1; x++)
                Assert.Equal(table[((y + 4) * 9) + x + 4, 1].item<double>(), result[((y + 1) * 3) + x + 1, 1].item<double>(), 1e-9);
        }
    }
}

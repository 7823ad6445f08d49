using ReMem.Weights;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights;

public class PositionEmbeddingTests
{
    [Theory]
    [InlineData(4, 6)]
    [InlineData(7, 3)]
    [InlineData(14, 6)]
    public void The_grid_is_resampled_by_antialiased_bicubic_weights(int from, int to)
    {
        using var scope = NewDisposeScope();
        Tensor embedding = Goldens.UniformTensor("pos", 1, 1, 1 + (from * from), 2).to(ScalarType.Float32);
        Tensor result = PositionEmbedding.Resample(embedding, to, prefixTokens: 1);
        Assert.Equal([1, 1 + (to * to), 2], result.shape);
        Assert.True(Goldens.Same(embedding.narrow(1, 0, 1), result.narrow(1, 0, 1)));
        double[][] weights = Weights(from, to);
        for (int y = 0; y < to; y++)
        {
            for (int x = 0; x < to; x++)
            {
                double expected = 0;
                for (int v = 0; v < from; v++)
                {
                    for (int u = 0; u < from; u++)
                        expected += weights[y][v] * weights[x][u] * embedding[0, 1 + (v * from) + u, 1].item<float>();
                }

                Assert.Equal(expected, result[0, 1 + (y * to) + x, 1].item<float>(), 1e-5);
            }
        }
    }

    /// <summary>Keys' cubic with a = -0.5, widened by the scale where it shrinks, normalised at the borders.</summary>
    private static double[][] Weights(int from, int to)
    {
        double scale = (double)from / to;
        double wide = Math.Max(scale, 1);
        var rows = new double[to][];
        for (int i = 0; i < to; i++)
        {
            double centre = (i + 0.5) * scale;
            rows[i] = [.. Enumerable.Range(0, from).Select(j => Cubic(Math.Abs((j + 0.5 - centre) / wide)))];
            double sum = rows[i].Sum();
            rows[i] = [.. rows[i].Select(w => w / sum)];
        }

        return rows;
    }

    private static double Cubic(double t) => t switch
    {
        < 1 => (1.5 * t * t * t) - (2.5 * t * t) + 1,
        < 2 => (-0.5 * t * t * t) + (2.5 * t * t) - (4 * t) + 2,
        _ => 0,
    };
}

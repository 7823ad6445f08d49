using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>
/// Resamples tables of relative position biases to another grid, as timm's <c>resize_rel_pos_bias_table</c>: the old offsets are spread
/// over the new range in geometric progression, so that near offsets stay near, and the new ones interpolated linearly between them.
/// </summary>
internal static class RelativePositionBias
{
    private const int ExtraRows = 3;

    /// <summary>Resamples the offsets of patches; the rows of the class token stay.</summary>
    /// <param name="table">float [(2 g - 1)^2 + 3, H].</param>
    /// <param name="grid">Patches along a side of the new grid.</param>
    /// <returns>float [(2 grid - 1)^2 + 3, H].</returns>
    public static Tensor Resample(Tensor table, int grid)
    {
        using var scope = NewDisposeScope();
        long rows = table.shape[0] - ExtraRows;
        int old = (int)Math.Round(Math.Sqrt(rows));
        int span = (2 * grid) - 1;
        if (old == span)
            return table.alias().MoveToOuterDisposeScope();

        // Both axes are interpolated one after the other: [new, old] times [old, old] times [old, new] per head.
        Tensor weights = tensor(Weights(old, span)).to(table.device);
        Tensor map = table.narrow(0, 0, rows).to(ScalarType.Float64).view(old, old, -1).permute(2, 0, 1);
        Tensor resampled = weights.matmul(map).matmul(weights.transpose(0, 1)).permute(1, 2, 0).reshape((long)span * span, -1);
        return cat([resampled.to(table.dtype), table.narrow(0, rows, ExtraRows)]).MoveToOuterDisposeScope();
    }

    /// <summary>The interpolation weight of each old offset for each new one, [new, old].</summary>
    private static double[,] Weights(int old, int span)
    {
        double[] positions = Positions(old, span);
        var weights = new double[span, old];
        for (int row = 0; row < span; row++)
        {
            double at = row - (span / 2);
            int found = Array.FindIndex(positions, p => p >= at);
            int right = found < 0 ? old - 1 : found;
            int left = Math.Max(right - 1, 0);

            // Beyond the outermost offsets the table is constant.
            double share = right == left ? 1 : Math.Clamp((at - positions[left]) / (positions[right] - positions[left]), 0, 1);
            weights[row, left] += 1 - share;
            weights[row, right] += share;
        }

        return weights;
    }

    /// <summary>
    /// Positions of the old offsets among the new ones: 1, 1 + q, 1 + q + q^2, ... on both sides of 0, the last one outermost.
    /// </summary>
    private static double[] Positions(int old, int span)
    {
        int half = old / 2;

        // The bounds and the precision are the original's; where a grid shrinks, its outer offsets are dropped.
        (double low, double high, double q) = (1.01, 1.5, 1.01);
        while (high - low > 1e-6)
        {
            q = (low + high) / 2;
            bool tooWide = (1 - Math.Pow(q, half)) / (1 - q) > span / 2;
            (low, high) = tooWide ? (low, q) : (q, high);
        }

        var positions = new double[old];
        double position = 0;
        for (int i = 1; i <= half; i++)
        {
            position += Math.Pow(q, i - 1);
            positions[half + i] = position;
            positions[half - i] = -position;
        }

        return positions;
    }
}

using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Models.Layers;

/// <summary>
/// Stochastic depth (Huang 2016), as timm's <c>DropPath</c>: some samples skip a branch, and the branches of the others are scaled up.
/// </summary>
internal static class StochasticDepth
{
    /// <summary>The rate of a block: linear from 0 at the first to <paramref name="last"/> at the last.</summary>
    public static double RateOf(double last, int block, int blocks) => blocks == 1 ? last : last * block / (blocks - 1);

    /// <summary>Drops samples of [B, ...] in training; masks come from torch's generator. In evaluation the branch itself.</summary>
    public static Tensor Apply(Tensor branch, double rate, bool training)
    {
        if (rate == 0 || !training)
            return branch;
        long[] shape = [branch.shape[0], .. Enumerable.Repeat(1L, (int)branch.dim() - 1)];
        using Scalar kept = 1 - rate;
        // In 16 bits the scale 1 / (1 - rate) would be rounded, equally for all samples of all steps.
        ScalarType type = branch.element_size() < 4 ? ScalarType.Float32 : branch.dtype;
        return branch * empty(shape, dtype: type, device: branch.device).bernoulli_(1 - rate).div_(kept);
    }
}

using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>Resamples learned position embeddings to another grid, as timm's <c>resample_abs_pos_embed</c>.</summary>
internal static class PositionEmbedding
{
    /// <summary>Resamples the grid part by antialiased bicubic interpolation; prefix tokens stay.</summary>
    /// <param name="embedding">float [1, prefix + g * g, C].</param>
    /// <param name="grid">Patches along a side of the new grid.</param>
    /// <param name="prefixTokens">Tokens before the grid, such as the class token.</param>
    /// <returns>float [1, prefix + grid * grid, C].</returns>
    public static Tensor Resample(Tensor embedding, int grid, int prefixTokens)
    {
        using DisposeScope scope = NewDisposeScope();
        long width = embedding.shape[2];
        long old = (long)Math.Round(Math.Sqrt(embedding.shape[1] - prefixTokens));
        Tensor prefix = embedding.narrow(1, 0, prefixTokens);
        Tensor map = embedding.narrow(1, prefixTokens, old * old).reshape(1, old, old, width).permute(0, 3, 1, 2);
        map = nn.functional.interpolate(map, size: [grid, grid], mode: InterpolationMode.Bicubic, align_corners: false, antialias: true);
        return cat([prefix, map.permute(0, 2, 3, 1).reshape(1, (long)grid * grid, width)], 1).MoveToOuterDisposeScope();
    }
}

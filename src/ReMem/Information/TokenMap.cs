using ReMem.Models;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>Splits token streams into class token and map.</summary>
internal static class TokenMap
{
    /// <summary>The class token [B, C], where there is one, and the patch tokens as a map [B, C, G, G]. Views of the features.</summary>
    /// <param name="model">The features' model.</param>
    /// <param name="features">
    /// Tokens [B, N, C], those before the last G^2 being class or other tokens; or maps, which are returned unchanged.
    /// </param>
    public static (Tensor? ClassToken, Tensor Map) Split(ImageModel model, Tensor features)
    {
        if (features.dim() == 4)
            return (null, features);
        long tokens = features.shape[1];
        long grid = model is TransformerModel vit ? vit.Grid : (long)Math.Sqrt(tokens);
        long prefix = tokens - (grid * grid);
        Tensor map = features.narrow(1, prefix, grid * grid).transpose(1, 2).view(features.shape[0], features.shape[2], grid, grid);
        return (prefix > 0 ? features.select(1, 0) : null, map);
    }

    /// <summary>The finest grid, up to the map's own, at which this many maps fit the given bytes.</summary>
    public static long Side(Tensor map, long images, long bytes, int bytesEach = sizeof(float))
    {
        double max = Math.Sqrt(bytes / ((double)images * map.shape[1] * bytesEach));
        return Math.Clamp((long)max, 1, map.shape[2]);
    }

    /// <summary>A map averaged to a grid; the map itself where that is its own grid.</summary>
    public static Tensor Coarse(Tensor map, long side) => side == map.shape[2] ? map : nn.functional.adaptive_avg_pool2d(map, side);
}

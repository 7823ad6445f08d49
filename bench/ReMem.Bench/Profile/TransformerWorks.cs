using ReMem.Models;
using ReMem.Models.Layers;
using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Bench.Profile;

/// <summary>The operators of a plain transformer's step, at its shapes.</summary>
internal static class TransformerWorks
{
    private const int Float = sizeof(float);

    /// <summary>In the order of a block.</summary>
    /// <param name="shape">The transformer.</param>
    /// <param name="side">Pixels.</param>
    /// <param name="batch">Images.</param>
    /// <param name="isMixed">Under bf16 autocast: what a linear layer gives is bfloat16.</param>
    public static IEnumerable<OperatorWork> Of(TransformerShape shape, int side, int batch, bool isMixed)
    {
        long patches = (long)(side / shape.PatchSize) * (side / shape.PatchSize), tokens = patches + shape.PrefixTokens;
        long rows = batch * tokens, width = shape.Width, hidden = shape.HiddenWidth, depth = shape.Depth;
        ScalarType narrow = isMixed ? ScalarType.BFloat16 : ScalarType.Float32;
        double narrowBytes = isMixed ? 2 : Float;
        Tensor Given(ScalarType type, params long[] sizes) => randn(sizes).to(type).detach().requires_grad_();
        OperatorWork Linear(string kind, long from, long to, ScalarType input) => new(
            $"product {kind}", (int)depth, () => [Given(input, batch, tokens, from), Given(ScalarType.Float32, to, from),
                Given(ScalarType.Float32, to)],
            x => LinearProduct.Of(x[0], x[1], x[2]), 2.0 * rows * from * to, 0);
        yield return new(
            "patch embedding", 1,
            () => [randn(batch, 3, side, side), Given(ScalarType.Float32, width, 3, shape.PatchSize, shape.PatchSize)],
            x => SpatialKernels.Convolve(x[0], x[1], null, shape.PatchSize, 0, 1),
            2.0 * batch * patches * width * 3 * shape.PatchSize * shape.PatchSize, 0);
        yield return new(
            "LayerNorm", (2 * (int)depth) + 1, () => [Given(ScalarType.Float32, batch, tokens, width), Given(ScalarType.Float32, width),
                Given(ScalarType.Float32, width)],
            x => nn.functional.layer_norm(x[0], [width], x[1], x[2]), 0, 2.0 * rows * width * Float);
        yield return Linear("qkv", width, 3 * width, ScalarType.Float32);
        yield return new(
            "attention", (int)depth, () => [Given(narrow, batch, tokens, 3 * width)], x => AttentionProduct.Of(x[0], shape.Heads),
            4.0 * batch * tokens * tokens * width, 0);
        yield return Linear("proj", width, width, narrow);
        yield return Linear("fc1", width, hidden, ScalarType.Float32);
        yield return new(
            "GELU", (int)depth, () => [Given(narrow, batch, tokens, hidden)], x => nn.functional.gelu(x[0]), 0,
            2.0 * rows * hidden * narrowBytes);
        yield return Linear("fc2", hidden, width, narrow);
        yield return new(
            "residual sum", 2 * (int)depth, () => [Given(ScalarType.Float32, batch, tokens, width), Given(narrow, batch, tokens, width)],
            x => x[0] + x[1], 0, rows * width * ((2.0 * Float) + narrowBytes));
    }
}

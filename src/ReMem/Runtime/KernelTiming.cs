using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>Compares two kernels of one kind, forward and backward, at the shapes of small networks.</summary>
internal static class KernelTiming
{
    /// <summary>
    /// The shortest of many is least disturbed by other programs: with five, one check of three on a busy machine chose differently.
    /// </summary>
    private const int Rounds = 20;

    /// <summary>Linear layers take longer, and their kernels differ by more.</summary>
    private const int LayerRounds = 7;
    private const int Batch = 16;

    private static readonly (int In, int Out, int Side)[] Convolutions =
    [
        (16, 72, 16), (72, 24, 8), (24, 88, 8), (40, 240, 4), (240, 40, 4), (96, 576, 2), (576, 96, 2), (64, 256, 16), (256, 64, 16),
        (40, 160, 16),
    ];

    private static readonly (int Batch, int Tokens, int Heads, int Width)[] Attentions = [(4, 197, 3, 64), (16, 65, 3, 64)];

    private static readonly (int Rows, int In, int Out)[] Layers = [(788, 192, 768), (788, 768, 192), (1040, 192, 576), (197, 768, 768)];

    /// <summary>
    /// The speed of 1x1 convolutions as products relative to libtorch's own: by the sum of each shape's shortest time, the two measured in
    /// turns.
    /// </summary>
    public static double ProductOverConvolution() => Ratio(Rounds, Convolutions.Select(shape =>
    {
        Tensor Pixels(int channels, int seed) =>
            Numbers(seed, Batch, shape.Side, shape.Side, channels).permute(0, 3, 1, 2);
        Tensor x = Pixels(shape.In, 1).requires_grad_(true), weight = Numbers(2, shape.Out, shape.In, 1, 1).requires_grad_(true);
        Tensor slope = Pixels(shape.Out, 3);
        return Pair([x, weight], slope, () => nn.functional.conv2d(x, weight), () => PointwiseProduct.Of(x, weight, null, 1));
    }));

    /// <summary>
    /// The speed of oneDNN's products relative to libtorch's BLAS: of linear layers, and of attention by the one and the other.
    /// </summary>
    public static double OneDnnOverBlas() => Ratio(LayerRounds, Linears().Concat(Attention()));

    private static IEnumerable<(Action Known, Action Other)> Attention() => Attentions.Select(shape =>
    {
        (int batch, int tokens, int heads, int width) = shape;
        Tensor packed = Numbers(1, batch, tokens, 3 * heads * width).requires_grad_(true);
        return Pair([packed], Numbers(3, batch, tokens, heads * width), () => AttentionProduct.Of(packed, heads));
    });

    private static IEnumerable<(Action Known, Action Other)> Linears() => Layers.Select(shape =>
    {
        Tensor x = Numbers(1, shape.Rows, shape.In).requires_grad_(true), weight = Numbers(2, shape.Out, shape.In).requires_grad_(true);
        Tensor bias = Numbers(4, shape.Out);
        return Pair([x, weight], Numbers(3, shape.Rows, shape.Out), () => MatrixProduct.Linear(x, weight, bias));
    });

    private static Tensor Numbers(int seed, params long[] shape) =>
        KernelNumbers.ToTensor(KernelNumbers.Doubles((int)shape.Aggregate(1L, (a, b) => a * b), seed), shape);

    /// <summary>The same by libtorch's products and by oneDNN's.</summary>
    private static (Action Known, Action Other) Pair(Tensor[] inputs, Tensor slope, Func<Tensor> forward)
    {
        Func<Tensor> With(ProductKernel kernel) => () =>
        {
            using IDisposable forced = KernelPath<ProductKernel>.Force(kernel);
            return forward();
        };
        return Pair(inputs, slope, With(ProductKernel.Libtorch), With(ProductKernel.OneDnn));
    }

    private static (Action Known, Action Other) Pair(Tensor[] inputs, Tensor slope, Func<Tensor> known, Func<Tensor> other)
    {
        Action Step(Func<Tensor> forward) => () =>
        {
            using DisposeScope scope = NewDisposeScope();
            autograd.grad([forward()], inputs, [slope]);
        };
        return (Step(known), Step(other));
    }

    private static double Ratio(int rounds, IEnumerable<(Action Known, Action Other)> pairs)
    {
        using DisposeScope scope = NewDisposeScope();
        double known = 0, other = 0;
        foreach ((Action first, Action second) in pairs)
        {
            double[] shortest = [double.PositiveInfinity, double.PositiveInfinity];
            for (int turn = 0; turn < 2 * (rounds + 1); turn++)
            {
                long begin = Stopwatch.GetTimestamp();
                (turn % 2 == 0 ? first : second)();
                double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
                // The first run of each prepares its kernels.
                if (turn > 1)
                    shortest[turn % 2] = Math.Min(shortest[turn % 2], seconds);
            }

            (known, other) = (known + shortest[0], other + shortest[1]);
        }

        return known / other;
    }
}

using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>Compares the two ways of computing 1x1 convolutions, forward and backward, at the shapes of small networks.</summary>
internal static class PointwiseTiming
{
    /// <summary>
    /// The shortest of many is least disturbed by other programs: with five, one check of three on a busy machine chose differently.
    /// </summary>
    private const int Rounds = 20;
    private const int Batch = 16;

    private static readonly (int In, int Out, int Side)[] Shapes =
    [
        (16, 72, 16), (72, 24, 8), (24, 88, 8), (40, 240, 4), (240, 40, 4), (96, 576, 2), (576, 96, 2), (64, 256, 16), (256, 64, 16),
        (40, 160, 16),
    ];

    /// <summary>
    /// The speed of products relative to libtorch's convolutions: by the sum of each shape's shortest time, the two measured in turns.
    /// </summary>
    public static double ProductOverConvolution()
    {
        double convolutions = 0, products = 0;
        foreach ((int from, int to, int side) in Shapes)
        {
            (double convolution, double product) = Shortest(from, to, side);
            convolutions += convolution;
            products += product;
        }

        return convolutions / products;
    }

    private static (double Convolution, double Product) Shortest(int from, int to, int side)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor Numbers(int channels, int seed) =>
            KernelNumbers.ToTensor(KernelNumbers.Doubles(Batch * side * side * channels, seed), Batch, side, side, channels).permute(0, 3,
                1, 2);
        Tensor x = Numbers(from, 1).requires_grad_(true), given = Numbers(to, 3);
        Tensor weight = KernelNumbers.ToTensor(KernelNumbers.Doubles(to * from, 2), to, from, 1, 1).requires_grad_(true);
        double[] shortest = [double.PositiveInfinity, double.PositiveInfinity];
        for (int turn = 0; turn < 2 * (Rounds + 1); turn++)
        {
            double seconds = Seconds(x, weight, given, turn % 2 == 0 ? ConvolutionKernel.Libtorch : ConvolutionKernel.Product);
            // The first run of each prepares its kernels.
            if (turn > 1)
                shortest[turn % 2] = Math.Min(shortest[turn % 2], seconds);
        }

        return (shortest[0], shortest[1]);
    }

    private static double Seconds(Tensor x, Tensor weight, Tensor given, ConvolutionKernel kernel)
    {
        using DisposeScope scope = NewDisposeScope();
        long begin = Stopwatch.GetTimestamp();
        Tensor output = kernel == ConvolutionKernel.Product ? PointwiseProduct.Of(x, weight, null, 1) : nn.functional.conv2d(x, weight);
        autograd.grad([output], [x, weight], [given]);
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }
}

using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>Compares the two ways of computing 1x1 convolutions, forward and backward, at the shapes of small networks.</summary>
internal static class PointwiseTiming
{
    private const int Rounds = 5;
    private const int Batch = 16;

    private static readonly (int In, int Out, int Side)[] Shapes =
        [(16, 72, 16), (72, 24, 8), (24, 88, 8), (40, 240, 4), (240, 40, 4), (96, 576, 2), (576, 96, 2), (64, 256, 16), (256, 64, 16), (40, 160, 16)];

    /// <summary>How many times as fast products are as libtorch's convolutions: the sum of each shape's shortest time, the two taken in turns.</summary>
    public static double ProductOverConvolution()
    {
        double convolutions = 0, products = 0;
        foreach ((int from, int to, int side) in Shapes)
        {
            double[] best = [double.PositiveInfinity, double.PositiveInfinity];
            for (int turn = 0; turn < 2 * (Rounds + 1); turn++)
            {
                double seconds = Seconds(from, to, side, turn % 2 == 0 ? PointwiseKernel.Convolution : PointwiseKernel.Product);
                // The first of each prepares its kernels.
                if (turn > 1)
                    best[turn % 2] = Math.Min(best[turn % 2], seconds);
            }

            convolutions += best[0];
            products += best[1];
        }

        return convolutions / products;
    }

    private static double Seconds(int from, int to, int side, PointwiseKernel kernel)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = KernelNumbers.ToTensor(KernelNumbers.Doubles(Batch * side * side * from, 1), Batch, side, side, from).permute(0, 3, 1, 2).requires_grad_(true);
        Tensor weight = KernelNumbers.ToTensor(KernelNumbers.Doubles(to * from, 2), to, from, 1, 1).requires_grad_(true);
        Tensor given = KernelNumbers.ToTensor(KernelNumbers.Doubles(Batch * side * side * to, 3), Batch, side, side, to).permute(0, 3, 1, 2);
        long begin = Stopwatch.GetTimestamp();
        Tensor output = kernel == PointwiseKernel.Product ? PointwiseProduct.Of(x, weight, null, 1) : nn.functional.conv2d(x, weight);
        output.backward([given]);
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }
}

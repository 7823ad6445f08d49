using ReMem.Runtime;

namespace ReMem.Tests.Models;

/// <summary>The kernels of 1x1 convolutions that tests compare.</summary>
internal static class PointwiseKernels
{
    /// <summary>
    /// Those that may compute in float32 here: where the product was chosen, the convolution may be wrong or end the process.
    /// </summary>
    public static IReadOnlyList<PointwiseKernel> InFloat32 =>
        PointwisePath.Choice == PointwiseKernel.Product
            ? [PointwiseKernel.Product]
            : [PointwiseKernel.Convolution, PointwiseKernel.Product];
}

using ReMem.Runtime;

namespace ReMem.Tests.Models;

/// <summary>The kernels of 1x1 convolutions that tests compare.</summary>
internal static class ConvolutionKernels
{
    /// <summary>
    /// Those that may compute in float32 here: where the product was chosen, the convolution may be wrong or end the process.
    /// </summary>
    public static IReadOnlyList<ConvolutionKernel> InFloat32 =>
        KernelPath<ConvolutionKernel>.Choice == ConvolutionKernel.Product
            ? [ConvolutionKernel.Product]
            : [ConvolutionKernel.Libtorch, ConvolutionKernel.Product];
}

namespace ReMem.Runtime;

/// <summary>By which of libtorch's kernels 1x1 convolutions are computed on a CPU.</summary>
internal enum PointwiseKernel
{
    /// <summary>By libtorch's own convolution: on x64 that is oneDNN's.</summary>
    Convolution,

    /// <summary>
    /// As a matrix product of pixels and weights: the same numbers up to rounding, without oneDNN's kernels for 1x1 convolutions.
    /// </summary>
    Product,
}

namespace ReMem.Runtime;

/// <summary>The libtorch kernel that computes 1x1 convolutions on a CPU.</summary>
internal enum PointwiseKernel
{
    /// <summary>libtorch's own convolution: on x64 that is oneDNN's.</summary>
    Convolution,

    /// <summary>
    /// A matrix product of pixels and weights: the same numbers up to rounding, without oneDNN's kernels for 1x1 convolutions.
    /// </summary>
    Product,
}

namespace ReMem.Runtime;

/// <summary>How convolutions are computed on a CPU.</summary>
internal enum ConvolutionKernel
{
    /// <summary>By libtorch's own convolution, in the layout of its input: on x64 that is oneDNN's.</summary>
    Libtorch,

    /// <summary>
    /// A 1x1 convolution as a matrix product of pixels and weights, any other by libtorch on channels-last tensors. The same numbers up to
    /// rounding, without oneDNN's kernels for 1x1 convolutions and for contiguous tensors, which are wrong on some processors.
    /// </summary>
    Product,
}

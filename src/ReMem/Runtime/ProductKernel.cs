namespace ReMem.Runtime;

/// <summary>How matrix products in float32 are computed on a CPU.</summary>
internal enum ProductKernel
{
    /// <summary>By libtorch's BLAS: on x64 that is MKL.</summary>
    Libtorch,

    /// <summary>
    /// By oneDNN's matrix product. On AMD processors MKL takes a generic path, and oneDNN is twice as fast.
    /// </summary>
    OneDnn,
}

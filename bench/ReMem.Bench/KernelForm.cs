namespace ReMem.Bench;

/// <summary>How a process computes its convolutions.</summary>
internal enum KernelForm
{
    /// <summary>libtorch's own.</summary>
    Convolution,

    /// <summary>1x1 and patch convolutions as MKL's products.</summary>
    Product,

    /// <summary>The same as oneDNN's products.</summary>
    Matmul,
}

namespace ReMem.Runtime;

/// <summary>
/// The kernel of the 1x1 convolutions of this process, those included as which transformers ask for products. A backward pass takes the
/// kernel that its forward pass took.
/// </summary>
internal static class PointwisePath
{
    [ThreadStatic]
    private static PointwiseKernel? t_forced;

    /// <summary>The whole process's; set it before the first model computes. Default: libtorch's own convolution.</summary>
    public static PointwiseKernel Choice { get; set; }

    /// <summary>What this thread computes with: the process's choice, unless <see cref="Force"/> says otherwise.</summary>
    public static PointwiseKernel Current => t_forced ?? Choice;

    /// <summary>Has this thread compute with another kernel until the result is disposed, on the same thread: to compare the two.</summary>
    public static IDisposable Force(PointwiseKernel kernel)
    {
        var section = new Section(t_forced);
        t_forced = kernel;
        return section;
    }

    private sealed class Section(PointwiseKernel? before) : IDisposable
    {
        public void Dispose() => t_forced = before;
    }
}

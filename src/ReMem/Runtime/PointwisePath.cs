namespace ReMem.Runtime;

/// <summary>
/// The kernel of the 1x1 convolutions of this process, including the linear layers of transformers that are computed as convolutions. A
/// backward pass uses the kernel of its forward pass.
/// </summary>
internal static class PointwisePath
{
    [ThreadStatic]
    private static PointwiseKernel? t_forced;

    /// <summary>The kernel of the whole process; set it before the first model computes. Default: libtorch's own convolution.</summary>
    public static PointwiseKernel Choice { get; set; }

    /// <summary>The kernel of this thread: the process's choice, unless <see cref="Force"/> says otherwise.</summary>
    public static PointwiseKernel Current => t_forced ?? Choice;

    /// <summary>
    /// Makes this thread compute with another kernel until the result is disposed on the same thread, to compare the two.
    /// </summary>
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

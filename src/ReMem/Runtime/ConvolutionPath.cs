namespace ReMem.Runtime;

/// <summary>
/// The kernel of the convolutions of this process, including the linear layers of transformers that are computed as convolutions. A
/// backward pass uses the kernel of its forward pass.
/// </summary>
internal static class ConvolutionPath
{
    [ThreadStatic]
    private static ConvolutionKernel? t_forced;

    /// <summary>The kernel of the whole process; set it before the first model computes. Default: libtorch's own convolution.</summary>
    public static ConvolutionKernel Choice { get; set; }

    /// <summary>The kernel of this thread: the process's choice, unless <see cref="Force"/> says otherwise.</summary>
    public static ConvolutionKernel Current => t_forced ?? Choice;

    /// <summary>
    /// Makes this thread compute with another kernel until the result is disposed on the same thread, to compare the two.
    /// </summary>
    public static IDisposable Force(ConvolutionKernel kernel)
    {
        var section = new Section(t_forced);
        t_forced = kernel;
        return section;
    }

    private sealed class Section(ConvolutionKernel? before) : IDisposable
    {
        public void Dispose() => t_forced = before;
    }
}

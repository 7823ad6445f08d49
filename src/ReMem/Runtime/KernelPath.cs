namespace ReMem.Runtime;

/// <summary>
/// The kernel of one kind of operation in this process: the convolutions', including the linear layers of transformers that are computed
/// as such, or the matrix products'. A backward pass uses the kernel of its forward pass.
/// </summary>
/// <typeparam name="T">The kernels to choose from; the first value is libtorch's own, the default.</typeparam>
internal static class KernelPath<T>
    where T : struct, Enum
{
    [ThreadStatic]
    private static T? t_forced;

    /// <summary>The kernel of the whole process; set it before the first model computes.</summary>
    public static T Choice { get; set; }

    /// <summary>The kernel of this thread: the process's choice, unless <see cref="Force"/> says otherwise.</summary>
    public static T Current => t_forced ?? Choice;

    /// <summary>
    /// Makes this thread compute with another kernel until the result is disposed on the same thread, to compare the two.
    /// </summary>
    public static IDisposable Force(T kernel)
    {
        var section = new Section(t_forced);
        t_forced = kernel;
        return section;
    }

    private sealed class Section(T? before) : IDisposable
    {
        public void Dispose() => t_forced = before;
    }
}

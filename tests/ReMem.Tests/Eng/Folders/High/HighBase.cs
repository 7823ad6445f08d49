using ReMem.Tests.Eng.Folders.Low;

namespace ReMem.Tests.Eng.Folders.High;

/// <summary>May use what comes before it, which is no violation; both together are a cycle.</summary>
internal class HighBase : Exception
{
    public static bool Is(object value) => value is Harmless;
}

namespace ReMem.Fuzz;

/// <summary>What one input may take.</summary>
internal static class Limits
{
    /// <summary>Processor time of all threads.</summary>
    public static readonly TimeSpan Cpu = TimeSpan.FromSeconds(10);

    /// <summary>What waits without computing is as stuck.</summary>
    public static readonly TimeSpan Wall = TimeSpan.FromSeconds(60);

    /// <summary>The process's resident memory, that of the runtime and of libtorch included.</summary>
    public const long Bytes = 512L << 20;
}

using System.Runtime.InteropServices;

namespace ReMem.Runtime;

/// <summary>
/// Settings of the whole process under which training on a CPU takes a fifth less time, mostly for small convolutional networks, whose
/// steps are over a thousand short operations. The command line uses them; a service that embeds the library decides for itself.
/// Linux with glibc; no effect elsewhere.
/// </summary>
internal static partial class ProcessTuning
{
    /// <summary>GNU OpenMP's variable: how often a waiting thread spins before it sleeps.</summary>
    internal const string Spins = "GOMP_SPINCOUNT";

    /// <summary>OpenMP's own variable: whether idle threads spin (ACTIVE) or sleep (PASSIVE).</summary>
    internal const string WaitPolicy = "OMP_WAIT_POLICY";

    // About 20 microseconds. The library's default of 300,000 is not faster, and makes a step several times slower as soon as another
    // program shares the cores; 1,000 makes it a tenth slower.
    private const string ShortSpins = "1000";

    // The parameter numbers of <malloc.h>.
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MapThreshold = -3;

    private static readonly string[] MallocVariables =
        ["MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_MMAP_MAX_", "GLIBC_TUNABLES"];

    private static bool s_keepsFreed;

    /// <summary>
    /// Lets the threads within a tensor operation spin for a moment before they sleep, and keeps freed tensors' memory for the next ones,
    /// instead of asking the system for every large tensor again; it is given back when a training ends. What the environment sets of
    /// either (OMP_WAIT_POLICY, GOMP_SPINCOUNT; MALLOC_..., GLIBC_TUNABLES) stays as it is. Call it before the first tensor: OpenMP reads
    /// its settings when libtorch is loaded.
    /// </summary>
    public static void ForTraining()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out _))
            return;
        ForTraining(Environment.GetEnvironmentVariable, SetNative, SetMalloc);
        s_keepsFreed = true;
    }

    /// <summary><see cref="ForTraining()"/> with another environment, for tests.</summary>
    internal static void ForTraining(Func<string, string?> given, Action<string, string> setVariable, Action<int, int> setMalloc)
    {
        if (given(Spins) is null && given(WaitPolicy) is null)
            setVariable(Spins, ShortSpins);
        if (MallocVariables.Any(variable => given(variable) is not null))
            return;
        setMalloc(MapThreshold, 1 << 30);
        setMalloc(TrimThreshold, int.MaxValue);
        setMalloc(TopPad, 1 << 26);
    }

    /// <summary>Gives the memory kept for further tensors back to the system. No effect in a process that is not tuned.</summary>
    internal static void ReturnFreed()
    {
        if (s_keepsFreed)
            _ = MallocTrim(0);
    }

    /// <summary>Sets a variable for native libraries: .NET's own setter changes a copy.</summary>
    internal static void SetNative(string name, string value) => _ = SetEnv(name, value, 1);

    private static void SetMalloc(int parameter, int value) => _ = MallOpt(parameter, value);

    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnv(string name, string value, int overwrite);

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallOpt(int parameter, int value);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallocTrim(nuint pad);
}

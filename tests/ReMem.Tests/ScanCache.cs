using System.Runtime.CompilerServices;

namespace ReMem.Tests;

/// <summary>Tests store their scans of data sets next to the program, not in the user's cache.</summary>
internal static class ScanCache
{
    [ModuleInitializer]
    internal static void Move() => Environment.SetEnvironmentVariable("REMEM_CACHE", Path.Combine(AppContext.BaseDirectory, "cache"));
}

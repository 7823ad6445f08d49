using System.Runtime.CompilerServices;

namespace ReMem.Tests;

/// <summary>Tests keep their scans of data sets beside the program, not in the user's cache.</summary>
internal static class ScanCache
{
    [ModuleInitializer]
    internal static void Move() => Environment.SetEnvironmentVariable("REMEM_CACHE", Path.Combine(AppContext.BaseDirectory, "cache"));
}

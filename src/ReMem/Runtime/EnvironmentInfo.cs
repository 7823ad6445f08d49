using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace ReMem.Runtime;

/// <summary>
/// The environment that a result was measured in, so that it can be repeated. Saved as environment.json and in every report.
/// </summary>
/// <param name="Os">Name, version and architecture.</param>
/// <param name="Cpu">The processor's model name.</param>
/// <param name="Cores">Logical cores that this process may use.</param>
/// <param name="Threads">Threads that one tensor operation uses.</param>
/// <param name="MemoryBytes">Memory that this process may use.</param>
/// <param name="Device">"cpu" or "cuda".</param>
/// <param name="Dotnet">The .NET runtime.</param>
/// <param name="Libtorch">libtorch's version.</param>
/// <param name="TorchSharp">TorchSharp's version.</param>
/// <param name="Version">ReMem's version.</param>
/// <param name="Commit">The git commit that ReMem was built from; null where the build did not record it.</param>
internal sealed record EnvironmentInfo(
    string Os,
    string Cpu,
    int Cores,
    int Threads,
    long MemoryBytes,
    string Device,
    string Dotnet,
    string Libtorch,
    string TorchSharp,
    string Version,
    string? Commit)
{
    /// <summary>The processor's vendor, family, model and stepping; null in files written before it was recorded.</summary>
    public string? CpuFamily { get; init; }

    /// <summary>The set of libtorch's kernels, such as "default" (docs/kernels.md); null in files written before it was recorded.</summary>
    public string? Kernels { get; init; }

    /// <summary>The processor and its kernels, human-readable.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Processor =>
        Cpu + (CpuFamily is null ? string.Empty : $" ({CpuFamily})") + (Kernels is null ? string.Empty : $", kernels '{Kernels}'");

    /// <summary>How processor, kernels or libtorch differ from an earlier environment, as a sentence; null where nothing differs.</summary>
    internal string? DifferenceFrom(EnvironmentInfo earlier) =>
        earlier.Kernels == Kernels && earlier.CpuFamily == CpuFamily && earlier.Libtorch == Libtorch ? null
            : $"begun on {earlier.Processor}, libtorch {earlier.Libtorch}; continued on {Processor}, libtorch {Libtorch}: the numbers "
                + "are right on both, but not bit for bit the same";

    /// <summary>This process's environment; loads libtorch.</summary>
    /// <exception cref="ReMemException">libtorch does not load.</exception>
    public static EnvironmentInfo Current()
    {
        LibtorchInfo libtorch = Runtime.Libtorch.Load();
        (string version, string? commit) = OwnVersion();
        return new EnvironmentInfo(
            $"{Machine.OsName()} ({RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()})",
            Machine.CpuModel(),
            Environment.ProcessorCount,
            torch.get_num_threads(),
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            torch.cuda.is_available() ? "cuda" : "cpu",
            RuntimeInformation.FrameworkDescription,
            libtorch.Version,
            TorchSharpVersion(),
            version,
            commit)
        {
            CpuFamily = CpuIdentity.Current.Name,
            Kernels = libtorch.Kernels?.Name,
        };
    }

    /// <summary>TorchSharp's package version, known without loading libtorch.</summary>
    internal static string TorchSharpVersion() => SplitVersion(Informational(typeof(torch).Assembly)).Version;

    /// <summary>ReMem's own version and commit, known without loading libtorch.</summary>
    public static (string Version, string? Commit) OwnVersion() => SplitVersion(Informational(typeof(EnvironmentInfo).Assembly));

    /// <summary>Splits "0.1.0+0a1b..." into its two parts.</summary>
    internal static (string Version, string? Commit) SplitVersion(string informational)
    {
        int plus = informational.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? (informational, null) : (informational[..plus], informational[(plus + 1)..]);
    }

    private static string Informational(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version?.ToString()
            ?? "unknown";
}

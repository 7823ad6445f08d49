using System.Globalization;

namespace ReMem.Runtime;

/// <summary>What <see cref="Doctor"/> found. Null: not available on this system.</summary>
/// <param name="Version">ReMem's version.</param>
/// <param name="Commit">The commit it was built from.</param>
/// <param name="Os">Name, version and architecture.</param>
/// <param name="DotnetSdk">The SDK that would build here.</param>
/// <param name="DotnetRuntime">The runtime of this process.</param>
/// <param name="TorchSharp">TorchSharp's version.</param>
/// <param name="Libtorch">libtorch's version; null where it does not load.</param>
/// <param name="LibtorchFolder">Where libtorch was loaded from.</param>
/// <param name="Device">"cpu" or "cuda"; null where libtorch does not load.</param>
/// <param name="Cpu">The processor's model name.</param>
/// <param name="CpuFeatures">Which of AVX2, AVX512, bf16 and AMX it has.</param>
/// <param name="Cores">Logical cores that this process may use.</param>
/// <param name="Threads">Threads that one tensor operation uses.</param>
/// <param name="MemoryBytes">Memory that this process may use.</param>
/// <param name="MemoryFreeBytes">Memory that is free now.</param>
/// <param name="DiskFreeBytes">Free space where runs are written.</param>
/// <param name="Libstdcxx">The newest symbol version that libstdc++ defines.</param>
/// <param name="Problems">What to fix; empty when there is no problem.</param>
internal sealed record DoctorReport(
    string Version,
    string? Commit,
    string Os,
    string? DotnetSdk,
    string DotnetRuntime,
    string TorchSharp,
    string? Libtorch,
    string? LibtorchFolder,
    string? Device,
    string Cpu,
    IReadOnlyList<string> CpuFeatures,
    int Cores,
    int? Threads,
    long MemoryBytes,
    long? MemoryFreeBytes,
    long? DiskFreeBytes,
    string? Libstdcxx,
    IReadOnlyList<DoctorProblem> Problems)
{
    /// <summary>The processor's vendor, family, model and stepping.</summary>
    public string CpuFamily { get; init; } = CpuIdentity.Current.Name;

    /// <summary>The kernels in use, and why; null where libtorch does not load or no kernels are right.</summary>
    public KernelChoice? KernelChoice { get; init; }

    /// <summary>The outcome of each set of kernels that was checked here, the fastest first.</summary>
    public IReadOnlyList<KernelOutcome> Kernels { get; init; } = [];

    /// <summary>No problem is an error.</summary>
    public bool IsHealthy => Problems.All(problem => !problem.IsError);

    /// <summary>The report as label and value, in reading order, for a table.</summary>
    public IReadOnlyList<(string Label, string Value)> Lines() =>
    [
        ("ReMem", Version + (Commit is null ? "" : $" ({Commit[..Math.Min(10, Commit.Length)]})")),
        ("system", Os),
        (".NET", $"{DotnetRuntime}, SDK {DotnetSdk ?? "not found"}"),
        ("TorchSharp", TorchSharp),
        ("libtorch", Libtorch is null ? "does not load" : $"{Libtorch} from {LibtorchFolder ?? "the system"}"),
        ("device", Device ?? "unknown"),
        ("processor", Cpu),
        ("family", CpuFamily),
        ("features", CpuFeatures.Count == 0 ? "none of AVX2, AVX512, bf16, AMX" : string.Join(", ", CpuFeatures)),
        ("kernels", KernelChoice is null ? "none" : $"{KernelChoice.Name}: {KernelChoice.Reason}"),
        ("threads", $"{Threads?.ToString(CultureInfo.InvariantCulture) ?? "?"} of {Cores} cores"),
        ("memory", $"{Gigabytes(MemoryFreeBytes)} free of {Gigabytes(MemoryBytes)}"),
        ("disk", $"{Gigabytes(DiskFreeBytes)} free"),
        ("libstdc++", Libstdcxx ?? "not found"),
    ];

    private static string Gigabytes(long? bytes) =>
        bytes is { } b ? string.Create(CultureInfo.InvariantCulture, $"{b / (double)(1 << 30):0.0} GB") : "unknown";
}

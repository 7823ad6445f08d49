using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using System.Text.RegularExpressions;

namespace ReMem.Runtime;

/// <summary>Facts about the machine that .NET does not provide, read from Linux's text files where they exist.</summary>
internal static partial class Machine
{
    /// <summary>The distribution's name on Linux ("Debian GNU/Linux 12 (bookworm)"), else the system's description.</summary>
    public static string OsName()
    {
        Match name = PrettyName().Match(ReadText("/etc/os-release"));
        return name.Success ? name.Groups[1].Value : RuntimeInformation.OSDescription;
    }

    /// <summary>
    /// The first processor's lines of /proc/cpuinfo; empty elsewhere. The rest repeats them for every core, which takes time on large
    /// machines.
    /// </summary>
    public static string FirstProcessor()
    {
        try
        {
            return File.Exists("/proc/cpuinfo")
                ? string.Join('\n', File.ReadLines("/proc/cpuinfo").TakeWhile(line => line.Length > 0))
                : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>The processor's model name, or its architecture where the system does not say.</summary>
    public static string CpuModel() => CpuModel(FirstProcessor());

    /// <inheritdoc cref="CpuModel()"/>
    public static string CpuModel(string cpuInfo)
    {
        Match model = ModelName().Match(cpuInfo);
        return model.Success ? model.Groups[1].Value.Trim()
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    /// <summary>Which of the instruction sets that matter to training the processor has: "AVX2", "AVX512", "bf16", "AMX".</summary>
    public static IReadOnlyList<string> CpuFeatures() => CpuFeatures(FirstProcessor());

    /// <inheritdoc cref="CpuFeatures()"/>
    public static IReadOnlyList<string> CpuFeatures(string cpuInfo)
    {
        Match match = Flags().Match(cpuInfo);
        HashSet<string> flags = [.. match.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        bool unknown = flags.Count == 0;
        List<string> features = [];
        Add("AVX2", flags.Contains("avx2") || (unknown && Avx2.IsSupported));
        Add("AVX512", flags.Contains("avx512f") || (unknown && Avx512F.IsSupported));
        Add("bf16", flags.Contains("avx512_bf16") || flags.Contains("bf16"));
        Add("AMX", flags.Contains("amx_tile"));
        return features;

        void Add(string name, bool has)
        {
            if (has)
                features.Add(name);
        }
    }

    /// <summary>Bytes of memory that are free to use now; null where the system does not say.</summary>
    public static long? AvailableMemory()
    {
        Match available = MemoryAvailable().Match(ReadText("/proc/meminfo"));
        return available.Success ? long.Parse(available.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) * 1024 : null;
    }

    /// <summary>The newest GLIBCXX_ version that this process's libstdc++ defines; null where there is no libstdc++.</summary>
    public static string? NewestGlibcxx()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libstdc++.so.6", out _))
            return null;
        string? path = File.ReadLines("/proc/self/maps").Select(line => line[(line.LastIndexOf(' ') + 1)..])
            .FirstOrDefault(file => Path.GetFileName(file).StartsWith("libstdc++.so", StringComparison.Ordinal));
        return path is null ? null : NewestGlibcxx(File.ReadAllBytes(path));
    }

    /// <inheritdoc cref="NewestGlibcxx()"/>
    public static string? NewestGlibcxx(byte[] library) =>
        GlibcxxName().Matches(Encoding.Latin1.GetString(library)).Select(match => match.Value)
            .MaxBy(name => Version.Parse(name["GLIBCXX_".Length..]));

    private static string ReadText(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [GeneratedRegex(@"^PRETTY_NAME=""?([^""\n]+)", RegexOptions.Multiline)]
    private static partial Regex PrettyName();

    [GeneratedRegex(@"^(?:model name|Model)\s*:\s*(.+)$", RegexOptions.Multiline)]
    private static partial Regex ModelName();

    [GeneratedRegex(@"^(?:flags|Features)\s*:\s*(.+)$", RegexOptions.Multiline)]
    private static partial Regex Flags();

    [GeneratedRegex(@"^MemAvailable:\s*(\d+) kB", RegexOptions.Multiline)]
    private static partial Regex MemoryAvailable();

    [GeneratedRegex(@"GLIBCXX_\d+\.\d+(?:\.\d+)?")]
    private static partial Regex GlibcxxName();
}

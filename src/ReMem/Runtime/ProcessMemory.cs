using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ReMem.Runtime;

/// <summary>This process's resident memory: now, and its peak since the last reset.</summary>
internal static partial class ProcessMemory
{
    private const string Status = "/proc/self/status";

    /// <summary>Resident bytes now.</summary>
    public static long Now => Read(Resident()) ?? Environment.WorkingSet;

    /// <summary>
    /// The peak of resident bytes since <see cref="ForgetPeak"/>; since the process started where the system cannot reset it.
    /// </summary>
    public static long Peak
    {
        get
        {
            if (Read(HighWater()) is { } bytes)
                return bytes;
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Resets the peak to the current size, where the system can (Linux).</summary>
    public static void ForgetPeak()
    {
        ProcessTuning.ReturnFreed();
        try
        {
            if (OperatingSystem.IsLinux())
                File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The peak is then that of the whole process, an upper bound.
        }
    }

    private static long? Read(Regex line)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        Match match = line.Match(File.ReadAllText(Status));
        return match.Success ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * 1024 : null;
    }

    [GeneratedRegex(@"^VmRSS:\s*(\d+) kB", RegexOptions.Multiline)]
    private static partial Regex Resident();

    [GeneratedRegex(@"^VmHWM:\s*(\d+) kB", RegexOptions.Multiline)]
    private static partial Regex HighWater();
}

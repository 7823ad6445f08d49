using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace ReMem.Runtime;

/// <summary>
/// Checks kernels in a separate process, since some of them crash it. The process is this same program, started again: .NET runs
/// <c>StartupHook.Initialize</c> of the library before the program's first line, and the process ends there.
/// </summary>
internal static class KernelChild
{
    private const string HookVariable = "DOTNET_STARTUP_HOOKS";
    private const string HookSwitch = "System.StartupHookProvider.IsSupported";

    /// <summary>The maximal time of a check and of one case: wall time. Other programs may share the cores.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5), Silence = TimeSpan.FromMinutes(1);

    /// <summary>The maximal time of one case.</summary>
    private static readonly TimeSpan Work = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Checks a set of kernels.</summary>
    /// <param name="set">The kernels.</param>
    /// <param name="silence">The maximal time of one case; null is <see cref="Silence"/>.</param>
    public static KernelOutcome Check(KernelSet set, TimeSpan? silence = null)
    {
        string folder = Directory.CreateTempSubdirectory("remem-kernels-").FullName;
        string results = Path.Combine(folder, "results");
        var clock = Stopwatch.StartNew();
        try
        {
            if (Command() is not { } start)
                return Outcome(set, [], clock.Elapsed, KernelStatus.NotChecked, "this program cannot be started a second time");
            start.Environment[HookVariable] = typeof(KernelChild).Assembly.Location;
            start.Environment[KernelSuite.Variable] = $"{set.Name}\n{results}";
            start.Environment["DOTNET_TieredPGO"] = "0";
            start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
            if (set.Isa is not null)
                start.Environment[KernelSet.IsaVariable] = set.Isa;
            (KernelStatus status, string? detail) = Wait(start, results, silence ?? Silence);
            string[] lines = File.Exists(results) ? File.ReadAllLines(results) : [];
            if (status is KernelStatus.Died or KernelStatus.TooSlow && lines.Contains(KernelSuite.End))
                (status, detail) = (KernelStatus.Right, null);
            return Outcome(set, lines, clock.Elapsed, status, detail);
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
        {
            return Outcome(set, [], clock.Elapsed, KernelStatus.NotChecked, e.Message.TrimEnd('.'));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The verdict on the lines that a check has written.</summary>
    /// <param name="set">The kernels.</param>
    /// <param name="lines">The lines of <see cref="KernelSuite"/>, the last one possibly cut.</param>
    /// <param name="time">How long it took.</param>
    /// <param name="status">How the process ended; <see cref="KernelStatus.Right"/> where it ended well.</param>
    /// <param name="detail">The same in words.</param>
    internal static KernelOutcome Outcome(KernelSet set, IReadOnlyList<string> lines, TimeSpan time, KernelStatus status, string? detail)
    {
        (double Error, string? Case) single = (double.NaN, null), mixed = (double.NaN, null);
        string? begun = null;
        int cases = 0, wrong = 0;
        double? speed = null;
        Dictionary<string, KernelCase> known = KernelCases.AllThreads.DistinctBy(c => c.Name).ToDictionary(c => c.Name);
        foreach (string[] parts in lines.Select(line => line.Split('\t')))
        {
            if (parts is [KernelSuite.Passed, var reason] && status == KernelStatus.Right)
                (status, detail) = (KernelStatus.Passed, reason);
            if (parts is [KernelSuite.Begun, var name])
                begun = name;
            if (parts is [KernelSuite.Speed, var ratio]
                && double.TryParse(ratio, NumberStyles.Float, CultureInfo.InvariantCulture, out double measured))
                speed = measured;
            if (parts is not [KernelSuite.Done, var done, var text] || !known.TryGetValue(done, out KernelCase? one)
                || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double error))
                continue;
            begun = null;
            cases++;
            wrong += error <= one.Limit ? 0 : 1;
            ref (double Error, string? Case) worst = ref (one.Bf16 ? ref mixed : ref single);
            if (!(error <= worst.Error))
                worst = (error, done);
        }

        if (status == KernelStatus.Right && (!lines.Contains(KernelSuite.End) || cases == 0))
            (status, detail) = (KernelStatus.NotChecked, "it ended before it had computed everything");
        if (status == KernelStatus.Right && !(single.Error <= KernelCase.Float32Limit))
            status = KernelStatus.Wrong;
        return new KernelOutcome(
            set.Name, set.What, status, single.Error, status is KernelStatus.Right or KernelStatus.Wrong ? single.Case : begun,
            mixed.Error, mixed.Case,
            wrong, cases, time.TotalSeconds, detail)
        {
            Speed = speed,
        };
    }

    private static (KernelStatus Status, string? Detail) Wait(ProcessStartInfo start, string results, TimeSpan silence)
    {
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        // Its output is not used, but a full pipe would stop it.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Stopwatch whole = Stopwatch.StartNew(), quiet = Stopwatch.StartNew();
        TimeSpan work = TimeSpan.Zero;
        long length = 0;
        while (!process.WaitForExit(Interval))
        {
            var file = new FileInfo(results);
            if (file.Exists && file.Length != length)
            {
                length = file.Length;
                work = Processor(process);
                quiet.Restart();
            }

            if (quiet.Elapsed > silence || whole.Elapsed > Limit || Processor(process) - work > Work)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
                return (KernelStatus.TooSlow, FormattableString.Invariant($"stopped after {whole.Elapsed.TotalSeconds:0} s"));
            }
        }

        return process.ExitCode switch
        {
            0 => (KernelStatus.Right, null),
            // Nothing was computed yet: libtorch does not load, and loading it in this process will show why.
            _ when !File.Exists(results) =>
                (KernelStatus.NotChecked, $"the process ended with exit code {process.ExitCode} before it began"),
            > 128 and < 160 => (KernelStatus.Died, Signal(process.ExitCode - 128)),
            _ => (KernelStatus.Died, $"exit code {process.ExitCode}"),
        };
    }

    private static TimeSpan Processor(Process process)
    {
        try
        {
            return process.TotalProcessorTime;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has just ended.
            return TimeSpan.Zero;
        }
    }

    private static string Signal(int number) => number switch
    {
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        _ => $"signal {number}",
    };

    /// <summary>How to start this program again; null where that would run the program itself instead of the hook.</summary>
    private static ProcessStartInfo? Command()
    {
        string? host = Environment.ProcessPath, program = Assembly.GetEntryAssembly()?.Location;
        bool hooks = !(AppContext.TryGetSwitch(HookSwitch, out bool supported) && !supported);
        if (!hooks || string.IsNullOrEmpty(host) || string.IsNullOrEmpty(program)
            || string.IsNullOrEmpty(typeof(KernelChild).Assembly.Location))
            return null;
        string Bare(string path, string ending) =>
            Path.GetFileName(path) is var file && file.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? file[..^ending.Length] : file;
        string name = Bare(host, ".exe");
        bool isDotnet = name.Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        bool isOwn = name.Equals(Bare(program, ".dll"), StringComparison.OrdinalIgnoreCase)
            && Path.GetDirectoryName(host) == Path.GetDirectoryName(program);
        if (!isDotnet && !isOwn)
            return null;
        var start = new ProcessStartInfo(host)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (isDotnet)
            start.ArgumentList.Add(program);
        return start;
    }
}

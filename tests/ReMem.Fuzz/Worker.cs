using System.Globalization;
using ReMem.Runtime;

namespace ReMem.Fuzz;

/// <summary>
/// The child process: reads one input after the other, and says on stdout what went wrong. Where it dies, the marker file has the number.
/// </summary>
internal static class Worker
{
    /// <summary>What the process ends with at an input that does not end.</summary>
    public const int Stuck = 77;

    private static readonly Lock Gate = new();
    private static volatile int _number = -1;
    private static TimeSpan _cpuBefore;
    private static long _startedAt;

    /// <summary>Reads inputs.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="from">The first number.</param>
    /// <param name="to">One after the last.</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="folder">This process's own.</param>
    public static int Run(FuzzReader reader, int from, int to, int seed, string folder)
    {
        var mutator = new Mutator(reader.Seeds(), seed);
        string work = Path.Combine(folder, "work");
        using var marker = File.OpenHandle(MarkerIn(folder), FileMode.Create, FileAccess.Write, FileShare.Read);
        new Thread(() => Watch(folder)) { IsBackground = true }.Start();
        for (int i = from; i < to; i++)
        {
            byte[] input = mutator.Input(i);
            Directory.CreateDirectory(work);
            RandomAccess.Write(marker, BitConverter.GetBytes(i), 0);
            (_cpuBefore, _startedAt, _number) = (Environment.CpuUsage.TotalTime, Environment.TickCount64, i);
            if (Problem(reader, input, work) is { } problem)
                Say(i, problem);
            _number = -1;
            Clear(work);
        }

        return 0;
    }

    /// <summary>The file that has the number of the input that is being read.</summary>
    public static string MarkerIn(string folder) => Path.Combine(folder, "number");

    /// <summary>Why a result is a fault; null where it is none.</summary>
    public static string? Problem(FuzzReader reader, byte[] input, string folder)
    {
        string? problem = null;
        try
        {
            reader.Read(input, folder);
        }
        catch (ReMemException e)
        {
            if (string.IsNullOrWhiteSpace(e.Message))
                problem = "exception a message of nothing";
        }
        catch (Exception e)
        {
            problem = $"exception {e.GetType().Name} {Where(e)}: {e.Message.Split('\n')[0]}";
        }

        TimeSpan cpu = Environment.CpuUsage.TotalTime - _cpuBefore;
        if (cpu > Limits.Cpu)
            problem ??= string.Create(CultureInfo.InvariantCulture, $"slow {cpu.TotalSeconds:0.0} s of processor time");
        if (ProcessMemory.Peak is var peak && peak > Limits.Bytes)
        {
            problem ??= string.Create(CultureInfo.InvariantCulture, $"memory {peak >> 20} MB");
            GC.Collect();
            ProcessMemory.ForgetPeak();
        }
        else if (peak > Limits.Bytes / 2)
        {
            // What many inputs left is not the next one's.
            GC.Collect();
            ProcessMemory.ForgetPeak();
        }

        return problem;
    }

    private static string Where(Exception e) => e.StackTrace?.Split('\n')
        .FirstOrDefault(l => l.Contains("ReMem.", StringComparison.Ordinal) && !l.Contains("ReMem.Fuzz.", StringComparison.Ordinal))?.Trim()
        ?? "";

    private static void Say(int number, string problem)
    {
        lock (Gate)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"bad {number} {problem}"));
            Console.Out.Flush();
        }
    }

    private static void Watch(string folder)
    {
        while (Directory.Exists(folder))
        {
            Thread.Sleep(250);
            int number = _number;
            TimeSpan cpu = Environment.CpuUsage.TotalTime - _cpuBefore;
            long wall = Environment.TickCount64 - _startedAt;
            if (number < 0 || number != _number || (cpu <= 2 * Limits.Cpu && wall <= Limits.Wall.TotalMilliseconds))
                continue;
            Say(number, string.Create(CultureInfo.InvariantCulture,
                $"slow not done after {cpu.TotalSeconds:0.0} s of processor time, {wall / 1000.0:0.0} s"));
            Environment.Exit(Stuck);
        }

        // The parent is gone and took the folder along.
        Environment.Exit(1);
    }

    private static void Clear(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}

using System.Diagnostics;
using System.Globalization;

namespace ReMem.Fuzz;

/// <summary>Runs a reader in a process of its own, and starts it again after an input that ended it.</summary>
public static class Harness
{
    private const int MaxRestarts = 50;

    /// <summary>Every reader's name.</summary>
    public static IReadOnlyList<string> Readers { get; } = [.. Fuzz.Readers.All.Select(r => r.Name)];

    /// <summary>Reads inputs.</summary>
    /// <param name="reader">One of <see cref="Readers"/>.</param>
    /// <param name="runs">How many.</param>
    /// <param name="seed">Decides the mutations.</param>
    /// <param name="keep">Bad inputs are written here; null keeps none.</param>
    public static FuzzResult Run(string reader, int runs, int seed, string? keep = null)
    {
        var clock = Stopwatch.StartNew();
        string folder = Directory.CreateTempSubdirectory("remem-fuzz-").FullName;
        var faults = new List<FuzzFault>();
        try
        {
            int next = 0;
            ShareKernels(folder);
            for (int restarts = 0; next < runs && restarts < MaxRestarts; restarts++)
            {
                int code = RunChild(reader, next, runs, seed, folder, faults);
                if (code == 0)
                {
                    next = runs;
                    break;
                }

                int last = BitConverter.ToInt32(File.ReadAllBytes(Worker.MarkerIn(folder)));
                if (code != Worker.Stuck)
                    faults.Add(new FuzzFault(last, "death", $"the process ended with code {code}"));
                next = last + 1;
            }

            if (keep is not null)
                Keep(Fuzz.Readers.Find(reader), seed, faults, keep);
            return new FuzzResult(reader, next, clock.Elapsed.TotalSeconds, faults);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// Gives the processes what is known of this machine's kernels: their time and memory are measured,
    /// and a check would be counted to the input at hand.
    /// </summary>
    private static void ShareKernels(string folder)
    {
        ReMem.Runtime.Libtorch.Load();
        string known = ReMem.Runtime.UserCache.Folder("kernels"), shared = Path.Combine(folder, "cache", "kernels");
        Directory.CreateDirectory(shared);
        foreach (string file in Directory.Exists(known) ? Directory.GetFiles(known, "*.json") : [])
            File.Copy(file, Path.Combine(shared, Path.GetFileName(file)));
    }

    private static int RunChild(string reader, int from, int to, int seed, string folder, List<FuzzFault> faults)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (object part in new object[] { Path.Combine(AppContext.BaseDirectory, "ReMem.Fuzz.dll"), "--child", reader, from, to, seed,
            folder })
            info.ArgumentList.Add(Convert.ToString(part, CultureInfo.InvariantCulture)!);
        info.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        info.Environment["REMEM_CACHE"] = Path.Combine(folder, "cache");
        info.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using Process process = Process.Start(info)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            string[] parts = line.Split(' ', 4);
            if (parts is ["bad", var number, var kind, var what])
                faults.Add(new FuzzFault(int.Parse(number, CultureInfo.InvariantCulture), kind, what));
        }

        process.WaitForExit();
        errors.Wait();
        return process.ExitCode;
    }

    private static void Keep(FuzzReader reader, int seed, List<FuzzFault> faults, string folder)
    {
        Directory.CreateDirectory(folder);
        var mutator = new Mutator(reader.Seeds(), seed);
        foreach (FuzzFault fault in faults)
            File.WriteAllBytes(Path.Combine(folder,
                string.Create(CultureInfo.InvariantCulture, $"{reader.Name}-{fault.Kind}-{fault.Number}-{seed}")),
                mutator.Input(fault.Number));
    }
}

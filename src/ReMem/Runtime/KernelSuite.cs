using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;

namespace ReMem.Runtime;

/// <summary>
/// Computes the cases in the process that was started for it, and logs each before and after it: the case that kills the process is then
/// known. A line is a mark, a case and its error, separated by tabs.
/// </summary>
internal static partial class KernelSuite
{
    /// <summary>What the process is asked to check: the set's name, a line feed, the file for the results.</summary>
    public const string Variable = "REMEM_KERNEL_CHECK";

    /// <summary>
    /// Faults to simulate, for tests of the check: SET:wrong, SET:die or SET:hang, separated by commas; "any" is every set.
    /// </summary>
    public const string FaultVariable = "REMEM_KERNEL_FAULT";

    /// <summary>Marks a case that is about to be computed.</summary>
    public const string Begun = ">";

    /// <summary>Marks a computed case.</summary>
    public const string Done = "=";

    /// <summary>The line after the last case.</summary>
    public const string End = "end";

    /// <summary>Marks the reason why the set is of no use here; no case follows.</summary>
    public const string Passed = "passed";

    /// <summary>
    /// Kernels above this share of the speed of those that they would replace count as equally fast: the timing is not more exact.
    /// </summary>
    public const double Slower = 0.97;

    /// <summary>Marks the speed of products relative to libtorch's own convolutions.</summary>
    public const string Speed = "speed";

    /// <summary>This many wrong results suffice for the verdict: the remaining time is for the next set.</summary>
    private const int Enough = 12;

    private const int CasesAhead = 4;
    private const int FloatingPointException = 8;

    /// <summary>Computes everything.</summary>
    /// <param name="set">The kernels; its oneDNN settings are in force already.</param>
    /// <param name="path">The file for the results; an existing one is replaced.</param>
    public static void Run(KernelSet set, string path)
    {
        using var file = new StreamWriter(path) { AutoFlush = true };
        string? fault = Fault(set, Environment.GetEnvironmentVariable(FaultVariable));
        int wrong = 0;
        if (fault is null && set.Matmul && Useless() is { } reason)
        {
            file.WriteLine($"{Passed}\t{reason}");
            return;
        }

        void Compute(IReadOnlyList<KernelCase> cases)
        {
            foreach ((KernelCase one, Func<double> compare) in Ahead(cases.Where(c => !c.Bf16 || Autocast.IsOffered)))
            {
                if (wrong >= Enough)
                    return;
                file.WriteLine($"{Begun}\t{one.Name}");
                double error = Feigned(fault, compare());
                file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Done}\t{one.Name}\t{error:R}"));
                wrong += error <= one.Limit ? 0 : 1;
            }
        }

        int threads = torch.get_num_threads();
        // Without oneDNN a convolution takes ten times as long.
        KernelCase[] Part(IReadOnlyList<KernelCase> cases) => [.. cases.Where((_, i) => set.OneDnn || i % 5 == 0)];
        Compute(Part(KernelCases.AllThreads));
        if (threads > 1)
        {
            torch.set_num_threads(1);
            Compute(Part(KernelCases.OneThread));
        }

        file.WriteLine(End);
        // After the end: where libtorch's own convolution kills the process, the verdict on the products stands.
        if (set is { Products: true, Isa: null })
        {
            torch.set_num_threads(threads);
            file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Speed}\t{KernelTiming.ProductOverConvolution():R}"));
        }
    }

    /// <summary>
    /// The cases with their references, which another thread computes some cases ahead: float64 loops take a third of the check.
    /// </summary>
    private static IEnumerable<(KernelCase Case, Func<double> Compare)> Ahead(IEnumerable<KernelCase> cases)
    {
        using var stop = new CancellationTokenSource();
        using var ahead = new BlockingCollection<(KernelCase, Func<double>)>(CasesAhead);
        Task work = Task.Run(() =>
        {
            try
            {
                foreach (KernelCase one in cases)
                    ahead.Add((one, one.Prepare()), stop.Token);
            }
            finally
            {
                ahead.CompleteAdding();
            }
        });
        try
        {
            foreach ((KernelCase, Func<double>) one in ahead.GetConsumingEnumerable())
                yield return one;
            work.GetAwaiter().GetResult();
        }
        finally
        {
            stop.Cancel();
            ((IAsyncResult)work).AsyncWaitHandle.WaitOne();
        }
    }

    /// <summary>Why oneDNN's products are not worth checking; null where they are.</summary>
    private static string? Useless()
    {
        if (!OneDnnMatmul.IsOffered)
            return "this libtorch does not export it, or the processor has no AVX-512";
        double speed = KernelTiming.OneDnnOverBlas();
        return speed >= Slower ? null : FormattableString.Invariant($"{speed:0.00} times as fast as 'products'");
    }

    private static string? Fault(KernelSet set, string? faults) => faults?.Split(',', StringSplitOptions.TrimEntries)
        .Select(fault => fault.Split(':')).FirstOrDefault(fault => fault is [var name, _] && (name == set.Name || name == "any"))?[1];

    private static double Feigned(string? fault, double error)
    {
        switch (fault)
        {
            case "wrong":
                return Math.Max(error, 0.06);
            case "die":
                // .NET's handler ignores the first signal, which did not come from the processor, and leaves the next one to the system.
                while (true)
                    _ = Raise(FloatingPointException);
            case "hang":
                Thread.Sleep(Timeout.Infinite);
                break;
        }

        return error;
    }

    [LibraryImport("libc", EntryPoint = "raise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Raise(int signal);
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;

namespace ReMem.Runtime;

/// <summary>
/// Computes the cases in the process that was started for it, and writes down each before and after it: what kills the process is then known by name. A line is a mark, a
/// case and its error, separated by tabs.
/// </summary>
internal static partial class KernelSuite
{
    /// <summary>What the process is asked to check: the rung's name, a line feed, the file for the results.</summary>
    public const string Variable = "REMEM_KERNEL_CHECK";

    /// <summary>Faults to feign, for tests of the guard: RUNG:wrong, RUNG:die or RUNG:hang, separated by commas; "any" is every rung.</summary>
    public const string FaultVariable = "REMEM_KERNEL_FAULT";

    /// <summary>Stands before a case that is about to be computed.</summary>
    public const string Begun = ">";

    /// <summary>Stands before a computed case.</summary>
    public const string Done = "=";

    /// <summary>The line after the last case.</summary>
    public const string End = "end";

    /// <summary>Stands before what products are as fast as, in libtorch's own convolutions.</summary>
    public const string Speed = "speed";

    /// <summary>So many wrong results are enough of a verdict: what is left of the time belongs to the next set.</summary>
    private const int Enough = 12;

    private const int CasesAhead = 4;
    private const int FloatingPointException = 8;

    /// <summary>Computes everything.</summary>
    /// <param name="rung">Whose kernels; what it asks of oneDNN is in force already.</param>
    /// <param name="path">The file for the results, made anew.</param>
    public static void Run(KernelRung rung, string path)
    {
        using var file = new StreamWriter(path) { AutoFlush = true };
        string? fault = Fault(rung, Environment.GetEnvironmentVariable(FaultVariable));
        int wrong = 0;
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
        KernelCase[] Part(IReadOnlyList<KernelCase> cases) => [.. cases.Where((_, i) => rung.OneDnn || i % 5 == 0)];
        Compute(Part(KernelCases.AllThreads));
        if (threads > 1)
        {
            torch.set_num_threads(1);
            Compute(Part(KernelCases.OneThread));
        }

        file.WriteLine(End);
        // After the end: where libtorch's own convolution kills the process, the verdict on the products stands.
        if (rung is { Products: true, Isa: null })
        {
            torch.set_num_threads(threads);
            file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Speed}\t{PointwiseTiming.ProductOverConvolution():R}"));
        }
    }

    /// <summary>The cases with what is expected of them, which a thread of its own computes some cases ahead: float64 loops take a third of the check.</summary>
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

    private static string? Fault(KernelRung rung, string? faults) => faults?.Split(',', StringSplitOptions.TrimEntries)
        .Select(fault => fault.Split(':')).FirstOrDefault(fault => fault is [var name, _] && (name == rung.Name || name == "any"))?[1];

    private static double Feigned(string? fault, double error)
    {
        switch (fault)
        {
            case "wrong":
                return Math.Max(error, 0.06);
            case "die":
                // .NET's handler passes over the first, which did not come from the processor, and leaves the next to the system.
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

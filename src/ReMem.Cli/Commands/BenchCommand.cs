using System.CommandLine;
using System.Globalization;
using ReMem.Evaluation.Latency;

namespace ReMem.Cli.Commands;

/// <summary>remem bench: latency and memory of ONNX files on this machine.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "ONNX files of image models; several are measured in turns.",
            Arity = ArgumentArity.OneOrMore,
        };
        var runs = new Option<int?>("--runs")
        {
            Description = "Timed runs of each file, batch and number of threads. Default: 50.",
            HelpName = "N",
        };
        var batch = new Option<int[]>("--batch")
        {
            Description = "Images in a batch; may be given several times. Default: 1 and 16.",
            HelpName = "N",
        };
        var threads = new Option<int[]>("--threads")
        {
            Description = "Threads of ONNX Runtime; may be given several times. Default: 1 and all cores.",
            HelpName = "N",
        };
        var size = new Option<int?>("--image-size")
        {
            Description = "Side of the image in pixels, for files that take any. Default: 224.",
            HelpName = "N",
        };
        var json = Common.Json();
        Command command = Common.Command(
            "bench",
            "Measure ONNX files in ONNX Runtime on this machine: latency (median and 95th percentile), images per second, "
                + "load time, memory and size.",
            "remem bench student.onnx student-int8.onnx");
        foreach (Symbol symbol in new Symbol[] { files, runs, batch, threads, size, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            var defaults = new LatencyOptions();
            LatencyOptions options = defaults with
            {
                Runs = parsed.GetValue(runs) ?? defaults.Runs,
                Batches = parsed.GetValue(batch) is { Length: > 0 } batches ? batches : defaults.Batches,
                Threads = parsed.GetValue(threads) is { Length: > 0 } some ? some : defaults.Threads,
                ImageSize = parsed.GetValue(size) ?? defaults.ImageSize,
            };
            IReadOnlyList<LatencyResult> results =
                Common.WithProgress(progress => OnnxLatency.Measure(parsed.GetValue(files)!, options, progress, cancellationToken));
            if (parsed.GetValue(json))
                Common.PrintJson(results);
            else
                Print(results);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(IReadOnlyList<LatencyResult> results)
    {
        foreach (LatencyResult result in results)
        {
            Common.PrintLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Path}: {result.Bytes / 1e6:0.00} MB, loads in {result.LoadMilliseconds:0} ms, needs up to "
                    + $"{result.PeakMemory / 1e6:0} MB of memory"));
        }

        int width = Math.Max("file".Length, results.Max(r => Path.GetFileName(r.Path).Length));
        Console.WriteLine(
            $"\n{"file".PadRight(width)} {"threads",7} {"batch",6} {"p50 ms",9} {"p95 ms",9} {"images/s",9} {"against first",14}");
        for (int i = 0; i < results[0].Rows.Count; i++)
        {
            foreach (LatencyResult result in results)
            {
                LatencyRow row = result.Rows[i];
                string ratio = ReferenceEquals(result, results[0])
                    ? ""
                    : FormattableString.Invariant($"{row.P50 / results[0].Rows[i].P50:0.00}");
                Common.PrintLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Path.GetFileName(result.Path).PadRight(width)} {row.Threads,7} {row.Batch,6} {row.P50,9:0.00} {row.P95,9:0.00} "
                        + $"{row.ImagesPerSecond,9:0.0} {ratio,14}"));
            }
        }
    }
}

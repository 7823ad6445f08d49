using System.Diagnostics;
using ReMem.Models;
using ReMem.Weights;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Bench.Peers;

/// <summary>Loading ViT-Large's weights from safetensors, compared with reading the same file; both from the page cache.</summary>
internal static class LoadTime
{
    private const string Large = "vit_large_patch16_224";

    public static IEnumerable<string> Table(int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("remem-bench-").FullName;
        try
        {
            string file = Path.Combine(folder, "model.safetensors");
            using ImageModel model = ModelCatalogue.Create(Large);
            SafetensorsWriter.Write(file, model.state_dict());
            long parameters = model.parameters().Sum(p => p.numel());
            var read = new List<double>();
            var load = new List<double>();
            for (int round = 0; round <= rounds; round++)
            {
                double reading = Seconds(() => Read(file)), loading = Seconds(() => WeightLoader.Load(model, file));
                Console.Error.WriteLine(FormattableString.Invariant($"load round {round}: read {reading:0.00} s, load {loading:0.00} s"));
                if (round == 0)
                    continue;
                read.Add(reading);
                load.Add(loading);
            }

            yield return FormattableString.Invariant(
                $"{Large}: {parameters / 1e6:0.0} M parameters, {new FileInfo(file).Length / 1e9:0.00} GB in float32.");
            yield return "";
            yield return "| | seconds |";
            yield return "| --- | --- |";
            yield return $"| reading the file, 1 MiB at a time | {new Spread(read).Text("0.00")} |";
            yield return $"| loading it into a model that exists | {new Spread(load).Text("0.00")} |";
            yield return $"| ratio | {new Spread(load.Zip(read, (l, r) => l / r)).Text("0.00")} |";
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Seconds(Action action)
    {
        using var scope = NewDisposeScope();
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalSeconds;
    }

    private static void Read(string file)
    {
        byte[] buffer = new byte[1 << 20];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
        while (stream.Read(buffer) > 0)
        {
            // Only its time is wanted.
        }
    }
}

using System.Text.Json;
using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Distillation;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp;

namespace ReMem.Bench.Peers;

/// <summary>
/// Distilling a live DeiT-Tiny into MobileNetV3-small from files, new views in every epoch, against the same in Python with torchvision and
/// Debian's PyTorch: 'distill [ROUNDS [THREADS]]'. The two take turns, an epoch each; the first epoch of both is left out.
/// </summary>
internal sealed class DistillationComparison(int rounds, int threads)
{
    private const int Side = 112;
    private const int Classes = 81;
    private const int Images = 256;
    private const int BatchSize = 64;
    private const int PhotoSide = 160;

    public void Run()
    {
        torch.set_num_threads(threads);
        string folder = Directory.CreateTempSubdirectory("remem-bench-").FullName;
        try
        {
            string[] files = Write(folder);
            string list = Path.Combine(folder, "files.txt");
            File.WriteAllLines(list, files);
            string script = Path.Combine("bench", "peers", "torch_distill.py");
            string[] arguments = [list, "--classes", $"{Classes}", "--size", $"{Side}", "--batch", $"{BatchSize}", "--threads",
                $"{threads}"];
            using var peer = new PeerProcess(script, threads, arguments);
            Head(peer);
            Compare(files, peer, Precision.Fp32);
            using var half = new PeerProcess(script, threads, [.. arguments, "--bf16-teacher"]);
            Compare(files, half, Precision.Bf16);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Compare(string[] files, PeerProcess peer, Precision precision)
    {
        var measured = new List<(Cost Own, Cost Peer)>();
        long[] parameters = Train(new PhotoFiles(files, Classes), precision, () => peer.Ask<Cost>(string.Empty), measured);
        long[] theirs = peer.Environment["parameters"].Deserialize<long[]>()!;
        if (!parameters.SequenceEqual(theirs))
            throw new InvalidOperationException(
                $"The models differ: {string.Join(" and ", parameters)} parameters here, {string.Join(" and ", theirs)} there.");
        Print(measured, precision);
    }

    /// <summary>The whole training; the peer's turn comes after each epoch.</summary>
    private long[] Train(IImageSource source, Precision precision, Func<Cost> peer, List<(Cost Own, Cost Peer)> measured)
    {
        using ImageModel teacher = BenchModel.Create("deit_tiny_patch16_224", Classes, Side),
            student = BenchModel.Create("mobilenetv3_small_100", Classes, Side);
        var clock = new CostClock();
        var job = new TrainingJob
        {
            Stage = "bench",
            Model = student,
            Train = new BatchLoader(
                source,
                ViewOptions.ForTraining(Side) with { Scale = (0.35, 1) },
                new LoaderOptions { BatchSize = BatchSize, Shuffle = true, DropLast = true, Threads = threads },
                new DecodedImageCache(1L << 30)),
            Validate = _ =>
            {
                Cost own = clock.Elapsed, theirs = peer();
                Console.Error.WriteLine(
                    FormattableString.Invariant($"epoch {measured.Count}: {own.Wall:0.00} s, PyTorch {theirs.Wall:0.00} s"));
                measured.Add((own, theirs));
                clock = new CostClock();
                return (0, 0);
            },
        };
        var training = new TrainingOptions
        {
            Epochs = rounds + 1,
            BatchSize = BatchSize,
            Optimizer = OptimizerKind.Adamw,
            Lr = 1e-4,
            WeightDecay = 0.05,
            WarmupEpochs = 0,
        };
        new Distiller(training, new DistillationOptions { Temperature = 2, Weight = 0.5, TeacherPrecision = precision }).Run(job, teacher,
            source.Count);
        return [.. new[] { teacher, student }.Select(m => m.parameters().Sum(p => p.numel()))];
    }

    private void Head(PeerProcess peer)
    {
        EnvironmentInfo environment = EnvironmentInfo.Current();
        Console.WriteLine($"{environment.Processor}, {environment.Cores} cores, {environment.Os}; {threads} threads on both sides; "
            + $"{rounds} epochs of {Images} images after one to warm up, medians and (least to most).");
        Console.WriteLine($"ReMem {environment.Version} ({environment.Commit}), {environment.Dotnet}, TorchSharp "
            + $"{environment.TorchSharp}, libtorch {environment.Libtorch}; peer: torch {peer.Environment["torch"]}.\n");
        Console.WriteLine(
            "| teacher's pass, both sides | | ReMem, images/s | PyTorch, images/s | ratio |\n| --- | --- | --- | --- | --- |");
    }

    private static void Print(List<(Cost Own, Cost Peer)> measured, Precision precision)
    {
        (Cost Own, Cost Peer)[] kept = [.. measured.Skip(1)];
        string Rate(Func<(Cost Own, Cost Peer), double> seconds) => new Spread(kept.Select(k => Images / seconds(k))).Text("0.0");
        string Ratio(Func<(Cost Own, Cost Peer), double> of) => new Spread(kept.Select(of)).Text("0.00");
        Console.WriteLine($"| {Setting.Snake(precision.ToString())} | wall time | {Rate(k => k.Own.Wall)} | {Rate(k => k.Peer.Wall)} | "
            + $"{Ratio(k => k.Peer.Wall / k.Own.Wall)} |");
        Console.WriteLine($"| {Setting.Snake(precision.ToString())} | processor time | {Rate(k => k.Own.Processor)} | "
            + $"{Rate(k => k.Peer.Processor)} | {Ratio(k => k.Peer.Processor / k.Own.Processor)} |");
    }

    private static string[] Write(string folder)
    {
        var drawn = new DrawnImages(Images, Classes, PhotoSide);
        string[] files = [.. Enumerable.Range(0, Images).Select(i => Path.Combine(folder, $"{i:0000}.jpg"))];
        foreach ((int index, string file) in files.Index())
            File.WriteAllBytes(file, drawn.Read(index));
        return files;
    }
}

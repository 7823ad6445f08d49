using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ReMem.Data;
using ReMem.Distillation;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp;

namespace ReMem.Bench.Peers;

/// <summary>
/// Distilling a live DeiT-Tiny into MobileNetV3-small from files, new views in every epoch, against the same in Python with torchvision and Debian's
/// PyTorch: 'distill [ROUNDS [THREADS]]'. The two take turns, an epoch each; the first epoch of both is left out.
/// </summary>
internal sealed class DistillationComparison(int rounds, int threads)
{
    private const int Side = 112;
    private const int Classes = 81;
    private const int Images = 256;
    private const int BatchSize = 64;
    private const int PhotoSide = 160;

    public static void Run(string[] args)
    {
        int Number(int index, int fallback) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : fallback;
        new DistillationComparison(Number(0, 5), Number(1, 2)).Compare();
    }

    private void Compare()
    {
        torch.set_num_threads(threads);
        string folder = Directory.CreateTempSubdirectory("remem-bench-").FullName;
        try
        {
            string[] files = Write(folder);
            string list = Path.Combine(folder, "files.txt");
            File.WriteAllLines(list, files);
            string script = Path.Combine("bench", "peers", "torch_distill.py");
            string[] arguments = [list, "--classes", $"{Classes}", "--size", $"{Side}", "--batch", $"{BatchSize}", "--threads", $"{threads}"];
            using var peer = PeerProcess.Start(script, threads, arguments);
            Head(peer);
            Compare(files, peer, "fp32");
            using var half = PeerProcess.Start(script, threads, [.. arguments, "--bf16-teacher"]);
            Compare(files, half, "bf16");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Compare(string[] files, PeerProcess peer, string precision)
    {
        var measured = new List<(Epoch Own, Epoch Peer)>();
        long[] parameters = Train(new Files(files), precision, () => peer.Ask<Epoch>(string.Empty), measured);
        long[] theirs = peer.Environment["parameters"].Deserialize<long[]>()!;
        if (!parameters.SequenceEqual(theirs))
            throw new InvalidOperationException($"The models differ: {string.Join(" and ", parameters)} parameters here, {string.Join(" and ", theirs)} there.");
        Print(measured, precision);
    }

    /// <summary>The whole training; the peer's turn comes after each epoch.</summary>
    private long[] Train(IImageSource source, string precision, Func<Epoch> peer, List<(Epoch Own, Epoch Peer)> measured)
    {
        using ImageModel teacher = Model("deit_tiny_patch16_224"), student = Model("mobilenetv3_small_100");
        (long Wall, TimeSpan Processor) begun = Now();
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
                (long wall, TimeSpan processor) = Now();
                var own = new Epoch(Stopwatch.GetElapsedTime(begun.Wall, wall).TotalSeconds, (processor - begun.Processor).TotalSeconds);
                Epoch theirs = peer();
                Console.Error.WriteLine(FormattableString.Invariant($"epoch {measured.Count}: {own.Seconds:0.00} s, PyTorch {theirs.Seconds:0.00} s"));
                measured.Add((own, theirs));
                begun = Now();
                return (0, 0);
            },
        };
        var training = new TrainingOptions { Epochs = rounds + 1, BatchSize = BatchSize, Optimizer = "adamw", Lr = 1e-4, WeightDecay = 0.05, WarmupEpochs = 0 };
        new Distiller(training, new DistillationOptions { Temperature = 2, Weight = 0.5, TeacherPrecision = precision }).Run(job, teacher, source.Count);
        return [.. new[] { teacher, student }.Select(m => m.parameters().Sum(p => p.numel()))];
    }

    private void Head(PeerProcess peer)
    {
        EnvironmentInfo environment = EnvironmentInfo.Current();
        Console.WriteLine($"{environment.Cpu}, {environment.Cores} cores, {environment.Os}; {threads} threads on both sides; {rounds} epochs of {Images} images after one to warm up, medians and (least to most).");
        Console.WriteLine($"ReMem {environment.Version} ({environment.Commit}), {environment.Dotnet}, TorchSharp {environment.TorchSharp}, libtorch {environment.Libtorch}; peer: torch {peer.Environment["torch"]}.\n");
        Console.WriteLine("| teacher's pass, both sides | | ReMem, images/s | PyTorch, images/s | ratio |\n| --- | --- | --- | --- | --- |");
    }

    private static void Print(List<(Epoch Own, Epoch Peer)> measured, string precision)
    {
        (Epoch Own, Epoch Peer)[] kept = [.. measured.Skip(1)];
        string Rate(Func<(Epoch Own, Epoch Peer), double> seconds) => new Spread(kept.Select(k => Images / seconds(k))).Text("0.0");
        string Ratio(Func<(Epoch Own, Epoch Peer), double> of) => new Spread(kept.Select(of)).Text("0.00");
        Console.WriteLine($"| {precision} | wall time | {Rate(k => k.Own.Seconds)} | {Rate(k => k.Peer.Seconds)} | {Ratio(k => k.Peer.Seconds / k.Own.Seconds)} |");
        Console.WriteLine($"| {precision} | processor time | {Rate(k => k.Own.Cpu)} | {Rate(k => k.Peer.Cpu)} | {Ratio(k => k.Peer.Cpu / k.Own.Cpu)} |");
    }

    private static string[] Write(string folder)
    {
        var drawn = new DrawnImages(Images, Classes, PhotoSide);
        string[] files = [.. Enumerable.Range(0, Images).Select(i => Path.Combine(folder, $"{i:0000}.jpg"))];
        foreach ((int index, string file) in files.Index())
            File.WriteAllBytes(file, drawn.Read(index));
        return files;
    }

    private static (long Wall, TimeSpan Processor) Now() => (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);

    private static ImageModel Model(string name)
    {
        torch.manual_seed(1);
        return ModelCatalogue.Create(name, new ModelOptions { NumClasses = Classes, ImageSize = Side });
    }

    private sealed record Epoch(
        [property: System.Text.Json.Serialization.JsonPropertyName("seconds")] double Seconds,
        [property: System.Text.Json.Serialization.JsonPropertyName("cpu")] double Cpu);

    /// <summary>Files as they are; image i has label i mod classes, as the peer gives it.</summary>
    private sealed class Files(string[] files) : IImageSource
    {
        public int Count => files.Length;

        public int Label(int index) => index % Classes;

        public string Name(int index) => files[index];

        public byte[] Read(int index) => File.ReadAllBytes(files[index]);
    }
}

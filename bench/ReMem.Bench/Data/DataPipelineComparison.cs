using System.Globalization;
using System.Text;
using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Models;
using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Bench.Data;

/// <summary>
/// Training views of 224 px, ours with two threads against torchvision and PIL with two workers: the same files, in alternating rounds.
/// Then what share of a ViT-Ti epoch is spent waiting for images. Prints Markdown.
/// </summary>
internal sealed class DataPipelineComparison(string python, string script, string photosFolder, string groceryFolder, int rounds)
{
    private const int Size = 224;
    private const int Batch = 32;
    private const int Threads = 2;
    private const int Photos = 16;

    // A batch is made by one thread: there have to be some for each.
    private const int PhotoBatch = 4;
    private const int Groceries = 1024;
    private static readonly ModelInfo Model = ModelCatalogue.Info("deit_tiny_patch16_224");

    private sealed record Row(string Name, int Images, Cost[] Ours, Cost[] Theirs);

    /// <summary>dotnet run -c Release --project bench/ReMem.Bench -- data-pipeline GROCERY [ROUNDS] [PYTHON]</summary>
    public static void Run(string[] args)
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "ReMem.slnx")))
            root = Path.GetDirectoryName(root)!;
        var comparison = new DataPipelineComparison(
            args.ElementAtOrDefault(2) ?? "/usr/bin/python3", Path.Combine(root, "bench", "peers", "torchvision_views.py"),
            Path.Combine(Path.GetTempPath(), "remem-bench-photos"), args[0], int.Parse(args.ElementAtOrDefault(1) ?? "5",
                CultureInfo.InvariantCulture));
        Console.WriteLine(comparison.Report());
    }

    private string Report()
    {
        string[] photos = SyntheticPhotos.Write(photosFolder, Photos);
        string[] groceries = Names(Subset.AtMost(DatasetReader.Open(groceryFolder).Train, Groceries, 0));
        Row[] rows =
        [
            Compare("12-megapixel photos, crop scale 0.35", photos, 0.35, PhotoBatch, ours: false, theirs: false),
            Compare("12-megapixel photos, crop scale 0.08", photos, 0.08, PhotoBatch, ours: false, theirs: false),
            Compare("grocery photos, crop scale 0.35", groceries, 0.35, Batch, ours: false, theirs: false),
            Compare("grocery photos, crop scale 0.35, ours decoded in memory", groceries, 0.35, Batch, ours: true, theirs: false),
            Compare("grocery photos, crop scale 0.35, both decoded in memory", groceries, 0.35, Batch, ours: true, theirs: true),
        ];
        var text = new StringBuilder("| views | images a round | remem, images/s | torchvision + PIL, images/s | ratio (lowest to "
            + "highest round) | processor time an image, ms | ratio (lowest to highest round) |\n| --- | --- | --- | --- | --- | --- | "
            + "--- |\n");
        foreach (Row row in rows)
        {
            string Rate(Cost[] side) => (row.Images / Median(side, c => c.Wall)).ToString("0.0", CultureInfo.InvariantCulture);
            string Work(Cost[] side) => (1000 * Median(side, c => c.Processor) / row.Images).ToString("0.00", CultureInfo.InvariantCulture);
            string Ratio(Func<Cost, double> of) => new Spread(row.Ours.Zip(row.Theirs, (a, b) => of(b) / of(a))).Text("0.00");
            text.Append(CultureInfo.InvariantCulture,
                $"| {row.Name} | {row.Images} | {Rate(row.Ours)} | {Rate(row.Theirs)} | {Ratio(c => c.Wall)} | {Work(row.Ours)} against "
                    + $"{Work(row.Theirs)} | {Ratio(c => c.Processor)} |\n");
        }

        text.Append(CultureInfo.InvariantCulture,
            $"\nMean size of a 12-megapixel JPEG: {photos.Average(f => new FileInfo(f).Length) / 1e6:0.0} MB. Allocated on our side an "
                + $"image in the last round of grocery photos from memory: {_allocated / 1024.0:0.0} KiB.\n\n");
        (double seconds, double waited, int images) = TrainingWait();
        text.Append(CultureInfo.InvariantCulture,
            $"A ViT-Ti training epoch on {images} grocery photos at 224 px, batch {Batch}: {seconds:0.0} s, of which {waited:0.00} s "
                + $"({100 * waited / seconds:0.00} %) waiting for images.\n");
        string kept = Directory.CreateTempSubdirectory("remem-bench-scans-").FullName;
        (Cost first, int checkedImages) = Preflight(kept);
        (Cost again, _) = Preflight(kept);
        Directory.Delete(kept, recursive: true);
        text.Append(CultureInfo.InvariantCulture,
            $"\nListing {checkedImages} grocery photos and the checks before a training: {first.Wall:0.0} s (of processors "
                + $"{first.Processor:0.0} s) at first, {again.Wall:0.00} s ({again.Processor:0.00} s) when nothing changed.\n");
        return text.ToString();
    }

    private (Cost Time, int Images) Preflight(string kept)
    {
        var clock = new CostClock();
        ImageDataset data = DatasetReader.Open(groceryFolder);
        ReMem.Data.Checks.Preflight.Check(data, threads: Threads, viewSize: Size, leakage: LeakagePolicy.Warn, scanFolder: kept);
        return (clock.Elapsed, data.Train.Count + data.Validation.Count + data.Test.Count);
    }

    private long _allocated;

    private Row Compare(string name, string[] files, double scale, int batch, bool ours, bool theirs)
    {
        var source = new PhotoFiles(files);
        var cache = new DecodedImageCache(ours ? 1L << 30 : 0);
        var loader = new BatchLoader(
            source, ViewOptions.ForTraining(Size) with { Scale = (scale, 1) },
            new LoaderOptions { BatchSize = batch, Threads = Threads, Shuffle = true }, cache);
        using var peer = new TorchvisionPeer(python, script, files, scale, batch, theirs);
        Epoch(loader, 0);
        Cost[] mine = new Cost[rounds], other = new Cost[rounds];
        for (int round = 0; round < rounds; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            mine[round] = Epoch(loader, round + 1);
            _allocated = (GC.GetTotalAllocatedBytes(precise: true) - before) / files.Length;
            other[round] = peer.Epoch();
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name}: {mine[round].Wall:0.00} s against {other[round].Wall:0.00} s, of processors {mine[round].Processor:0.00} s "
                    + $"against {other[round].Processor:0.00} s"));
        }

        return new Row(name, files.Length, mine, other);
    }

    /// <summary>An epoch to normalised float tensors, which is where the peer's ends, too.</summary>
    private static Cost Epoch(BatchLoader loader, int epoch)
    {
        var clock = new CostClock();
        foreach (ReMem.Data.Batch batch in loader.Epoch(epoch))
        {
            using (batch)
                Model.Normalization.Apply(batch.Images).Dispose();
        }

        return clock.Elapsed;
    }

    private (double Seconds, double Waited, int Images) TrainingWait()
    {
        IImageSource train = Subset.AtMost(DatasetReader.Open(groceryFolder).Train, 128, 0);
        using ImageModel model = ModelCatalogue.Create(Model.Name, new ModelOptions { NumClasses = 81, ImageSize = Size });
        var loader = new BatchLoader(
            train, ViewOptions.ForTraining(Size), new LoaderOptions { BatchSize = Batch, Threads = Threads, Shuffle = true },
            new DecodedImageCache(0));
        TrainingResult result = new Trainer(new TrainingOptions { Epochs = 1, BatchSize = Batch, WarmupEpochs = 0 }).Run(new TrainingJob
        {
            Stage = "bench",
            Model = model,
            Train = loader,
            Seed = 0,
            Loss = (m, batch, _) =>
            {
                using DisposeScope scope = NewDisposeScope();
                return nn.functional.cross_entropy(m.call(m.Info.Normalization.Apply(batch.Images)), batch.Labels)
                    .MoveToOuterDisposeScope();
            },
        });
        return (result.Epochs[0].Seconds, result.Epochs[0].DataSeconds, train.Count);
    }

    private static string[] Names(IImageSource source) => [.. Enumerable.Range(0, source.Count).Select(source.Name)];

    private static double Median(Cost[] side, Func<Cost, double> of) => new Spread(side.Select(of)).Median;
}

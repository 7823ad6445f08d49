using System.Globalization;
using ReMem.Data;
using ReMem.Distillation;
using ReMem.Distillation.Cache;
using ReMem.Models;
using ReMem.Training;
using static TorchSharp.torch;

namespace ReMem.Bench;

/// <summary>
/// An epoch of a student alone, from a teacher's cache, and from the live teacher, all on the same new views: 'cache [ROUNDS]'. The three take turns, so
/// that other work on the machine falls on all alike; the first epoch of a training, which decodes the images, is left out.
/// </summary>
internal static class CachedEpochs
{
    private const int Side = 112;
    private const int Classes = 81;
    private const int Epochs = 3;
    private const int Batch = 32;

    public static void Run(string[] args)
    {
        int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 3;
        Console.WriteLine("| teacher | images | alone, s | cached, s | live, s | cached / alone | live / cached |\n| --- | --- | --- | --- | --- | --- | --- |");
        Compare("deit_tiny_patch16_224", 256, rounds);
        Compare("vit_base_patch16_224", 64, rounds);
    }

    private static void Compare(string name, int images, int rounds)
    {
        var options = new TrainingOptions { Epochs = Epochs, BatchSize = Batch, Lr = 1e-4, WarmupEpochs = 0 };
        var source = new DrawnImages(images, Classes, 160);
        using ImageModel teacher = Model(name);
        string folder = Directory.CreateTempSubdirectory("remem-bench-").FullName;
        var seconds = new Dictionary<string, List<double>> { ["alone"] = [], ["cached"] = [], ["live"] = [] };
        try
        {
            using TeacherCacheBuilder cache = Cache(folder, teacher, Loader(source));
            cache.Build(Epochs);
            for (int round = 0; round < rounds; round++)
            {
                foreach ((string kind, List<double> times) in seconds)
                    times.AddRange(Train(options, source, kind == "alone" ? null : teacher, kind == "cached" ? cache : null));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        double alone = Median(seconds["alone"]), cached = Median(seconds["cached"]), live = Median(seconds["live"]);
        Console.WriteLine(FormattableString.Invariant(
            $"| {name} | {images} | {alone:0.00} ({Range(seconds["alone"])}) | {cached:0.00} ({Range(seconds["cached"])}) | {live:0.00} ({Range(seconds["live"])}) | {cached / alone:0.00} | {live / cached:0.0} |"));
    }

    private static IEnumerable<double> Train(TrainingOptions options, IImageSource source, ImageModel? teacher, TeacherCacheBuilder? cache)
    {
        using ImageModel student = Model("mobilenetv3_small_100");
        var job = new TrainingJob { Stage = "bench", Model = student, Train = Loader(source) };
        TrainingResult result = new Distiller(options, new DistillationOptions { Weight = 0.5 }).Run(job, teacher, source.Count, default, cache);
        return result.Epochs.Skip(1).Select(e => e.Seconds);
    }

    private static ImageModel Model(string name)
    {
        manual_seed(1);
        return ModelCatalogue.Create(name, new ModelOptions { NumClasses = Classes, ImageSize = Side });
    }

    private static BatchLoader Loader(IImageSource source) => new(
        source, ViewOptions.ForTraining(Side), new LoaderOptions { BatchSize = Batch, Shuffle = true, DropLast = true, Threads = Environment.ProcessorCount });

    private static TeacherCacheBuilder Cache(string folder, ImageModel teacher, BatchLoader loader)
    {
        TeacherCacheKey key = TeacherCacheKey.Of(teacher, loader, "drawn");
        return new TeacherCacheBuilder(
            TeacherCache.OpenOrCreate(folder, key, teacher, loader, new TeacherCacheOptions(), new TeacherCacheOrigin(null, null, 0, [])), teacher, loader, "bench", null);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Range(List<double> values) => FormattableString.Invariant($"{values.Min():0.00} to {values.Max():0.00}");
}

using System.Globalization;
using ReMem.Data;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Distillation;
using ReMem.Distillation.Cache;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Bench;

/// <summary>
/// An epoch of a student alone, from a teacher's cache, and from the live teacher, all on the same views: 'cache [ROUNDS [BATCH]]'. Views
/// are new in every epoch, or are repeated and kept in memory. The three take turns, and processor time is reported as well as wall time,
/// since other work on the machine hardly changes it. The first epoch of a training, which decodes the images, is left out.
/// </summary>
internal sealed class CachedEpochs(int batch, int views)
{
    private const int Side = 112;
    private const int Classes = 81;
    private const int Epochs = 3;

    public static void Run(int rounds, int batch)
    {
        Console.WriteLine("| teacher | views | images | | alone | cached | live | cached / alone | live / cached |\n| --- | --- | --- | "
            + "--- | --- | --- | --- | --- | --- |");
        new CachedEpochs(batch, 0).Compare("deit_tiny_patch16_224", 128, rounds);
        new CachedEpochs(batch, 1).Compare("deit_tiny_patch16_224", 128, rounds);
        new CachedEpochs(batch, 1).Compare("vit_base_patch16_224", 64, rounds);
    }

    private void Compare(string name, int images, int rounds)
    {
        var options = new TrainingOptions { Epochs = Epochs, BatchSize = batch, Lr = 1e-4, WarmupEpochs = 0 };
        var source = new DrawnImages(images, Classes, 160);
        using ImageModel teacher = BenchModel.Create(name, Classes, Side);
        teacher.eval();
        string folder = Directory.CreateTempSubdirectory("remem-bench-").FullName;
        var measured = new Dictionary<string, List<Cost>> { ["alone"] = [], ["cached"] = [], ["live"] = [] };
        try
        {
            using TeacherCacheBuilder cache = Cache(folder, teacher, Loader(source));
            cache.Build(views == 0 ? Epochs : views);
            for (int round = 0; round < rounds; round++)
            {
                foreach ((string kind, List<Cost> costs) in measured)
                    costs.AddRange(Train(options, source, kind == "alone" ? null : teacher, kind == "cached" ? cache : null));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Print("processor s", c => c.Processor);
        Print("wall s", c => c.Wall);

        void Print(string unit, Func<Cost, double> of)
        {
            Spread alone = All("alone"), cached = All("cached"), live = All("live");
            Spread All(string kind) => new(measured[kind].Select(of));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {(views == 0 ? "new" : "recycled")} | {images} | {unit} | {alone.Text("0.00")} | {cached.Text("0.00")} | "
                    + $"{live.Text("0.00")} | {cached.Median / alone.Median:0.00} | {live.Median / cached.Median:0.0} |"));
        }
    }

    /// <summary>Every epoch's cost but the first's.</summary>
    private IEnumerable<Cost> Train(TrainingOptions options, IImageSource source, ImageModel? teacher, TeacherCacheBuilder? cache)
    {
        using ImageModel student = BenchModel.Create("mobilenetv3_small_100", Classes, Side);
        var costs = new List<Cost>();
        var clock = new CostClock();
        var job = new TrainingJob
        {
            Stage = "bench",
            Model = student,
            Train = Loader(source),
            Validate = _ =>
            {
                costs.Add(clock.Elapsed);
                clock = new CostClock();
                return (0, 0);
            },
        };
        if (teacher is not null && cache is null)
            new Trainer(options).Run(job with
            {
                ViewEpoch = views == 0 ? null : _ => 0,
                Loss = (model, shown, _) => Live(model, teacher, shown),
            });
        else
            new Distiller(options, new DistillationOptions { Weight = 0.5, Views = views }).Run(job, teacher, source.Count, default, cache);
        return costs.Skip(1);
    }

    /// <summary>
    /// The distiller's loss; it would keep what a teacher says of recycled views, and here it is to be asked in every epoch.
    /// </summary>
    private static Tensor Live(ImageModel student, ImageModel teacher, Batch shown)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor said;
        using (no_grad())
            said = teacher.call(teacher.Info.Normalization.Apply(shown.Images));
        Tensor logits = student.call(student.Info.Normalization.Apply(shown.Images));
        using Scalar half = 0.5;
        return (nn.functional.cross_entropy(logits, shown.Labels) * half).add(DistillationLoss.KullbackLeibler(logits, said, 1), half)
            .MoveToOuterDisposeScope();
    }

    private BatchLoader Loader(IImageSource source) => new(
        source, ViewOptions.ForTraining(Side),
        new LoaderOptions
        {
            BatchSize = batch,
            Shuffle = true,
            DropLast = true,
            Threads = Environment.ProcessorCount,
            ViewCacheBytes = views == 0 ? 0 : 1L << 30,
        });

    private static TeacherCacheBuilder Cache(string folder, ImageModel teacher, BatchLoader loader)
    {
        TeacherCacheKey key = TeacherCacheKey.Of(teacher, loader, "drawn");
        return new TeacherCacheBuilder(
            TeacherCache.OpenOrCreate(folder, key, loader, new TargetSpec(teacher.Options.NumClasses),
                new TeacherCacheOrigin(null, null, 0, [])),
            teacher, loader, "bench", null);
    }
}

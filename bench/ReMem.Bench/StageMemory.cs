using System.Globalization;
using ReMem.Data;
using ReMem.Data.Views;
using ReMem.Distillation;
using ReMem.Distillation.Cache;
using ReMem.Distillation.Targets;
using ReMem.Information;
using ReMem.Models;
using ReMem.Teachers;
using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Bench;

/// <summary>Live tensors and resident memory of every stage before and after 500 steps, behind 100 to warm up: 'memory'.</summary>
internal static class StageMemory
{
    private const int Images = 80;
    private const int Batch = 8;
    private const int WarmUp = 10;
    private const int Epochs = 60;
    private static readonly DrawnImages Source = new(Images, 3, 32);

    public static void Run()
    {
        Console.WriteLine("| stage | steps | live tensors, before and after | resident MB, before and after |\n| --- | --- | --- | --- |");
        using ImageModel teacher = BenchModel.Create("vit_pico_patch4_32", 3, 32);
        var options = new TrainingOptions { Epochs = Epochs, BatchSize = Batch, WarmupEpochs = 0 };
        Watch("fine-tuning, SAM", note => new TeacherFineTuner(options, new TeacherOptions { Rho = 0.05 }).Run(Job(teacher, note)));
        string folder = Directory.CreateTempSubdirectory("remem-bench-").FullName;
        try
        {
            using TeacherCacheBuilder cache = Cache(folder, teacher);
            Watch("cache building", note =>
            {
                for (int epoch = 1; epoch <= Epochs; epoch++)
                {
                    cache.Build(epoch);
                    note();
                }
            });
            Watch("distillation, live", note => Distil(options, teacher, null, note));
            Watch("distillation, cached", note => Distil(options, teacher, cache, note));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        // Tensor.TotalCount counts a tensor that became a module's parameter forever, and the meter makes modules; it works on this thread
        // only.
        long elsewhere = Tensor.TotalCount - DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Watch("meter", Measure, () => elsewhere + DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static void Distil(TrainingOptions options, ImageModel teacher, TeacherCacheBuilder? cache, Action note)
    {
        using ImageModel student = BenchModel.Create("resnet20", 3, 32);
        new Distiller(options, new DistillationOptions()).Run(Job(student, note), teacher, Images, default, cache);
    }

    /// <summary>A call of the meter trains two decoders, of ten steps together at this size.</summary>
    private static void Measure(Action note)
    {
        var options = new InformationMeterOptions { ImageSize = 16, Epochs = 1, Seeds = 2, BatchSize = 16 };
        using var scope = NewDisposeScope();
        using Tensor train = randint(0, 256, [100, 3, 16, 16], ScalarType.Byte), test = randint(0, 256, [40, 3, 16, 16], ScalarType.Byte),
            features = randn(100, 20), other = randn(40, 20);
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            using (MeterImages images = MeterImages.Prepare(train, test, options))
                InformationMeter.Measure(features, other, images);
            note();
        }
    }

    private static void Watch(string stage, Action<Action> run, Func<long>? live = null)
    {
        int noted = 0;
        (long Tensors, long Bytes) before = default, after = default;
        run(() =>
        {
            noted++;
            if (noted is not (WarmUp or Epochs))
                return;
            GC.Collect();
            GC.WaitForPendingFinalizers();
            after = (live?.Invoke() ?? Tensor.TotalCount, Environment.WorkingSet);
            if (noted == WarmUp)
                before = after;
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {stage} | {(Epochs - WarmUp) * Images / Batch} | {before.Tensors}, {after.Tensors} | {before.Bytes / 1e6:0}, "
                + $"{after.Bytes / 1e6:0} |"));
    }

    private static TrainingJob Job(ImageModel model, Action note) => new()
    {
        Stage = "bench",
        Model = model,
        Train = Loader(),
        Validate = _ =>
        {
            note();
            return (0, 0);
        },
    };

    private static BatchLoader Loader() =>
        new(Source, ViewOptions.ForTraining(32), new LoaderOptions { BatchSize = Batch, Shuffle = true });

    private static TeacherCacheBuilder Cache(string folder, ImageModel teacher)
    {
        BatchLoader loader = Loader();
        TeacherCacheKey key = TeacherCacheKey.Of(teacher, loader, "drawn");
        return new TeacherCacheBuilder(
            TeacherCache.OpenOrCreate(folder, key, loader, new TargetSpec(teacher.Options.NumClasses),
                new TeacherCacheOrigin(null, null, 0, []), Batch), teacher, loader, "bench", null);
    }
}

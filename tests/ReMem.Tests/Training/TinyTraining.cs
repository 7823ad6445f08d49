using ReMem.Data;
using ReMem.Data.Views;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Tests.Data;
using ReMem.Training;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

/// <summary>Trainings of a second: a dozen 32 px images whose colour is their class.</summary>
internal static class TinyTraining
{
    public const string Vit = "vit_pico_patch4_32";
    public const string Convolutional = "resnet20";
    private const int Classes = 3;

    public static TrainingOptions Options { get; } = new() { Epochs = 3, BatchSize = 4, Lr = 1e-3, WarmupEpochs = 0.5 };

    /// <summary>A model of three classes; the same weights at every call.</summary>
    public static ImageModel Model(string name = Vit, double dropPath = 0, int seed = 5)
    {
        manual_seed(seed);
        return ModelCatalogue.Create(name, new ModelOptions { NumClasses = Classes, ImageSize = 32, DropPathRate = dropPath });
    }

    /// <summary>Shuffled random views.</summary>
    public static BatchLoader Loader(int count = 12, int batch = 4, int? secondSize = null) =>
        new(Source(count), ViewOptions.ForTraining(32) with { SecondSize = secondSize },
            new LoaderOptions { BatchSize = batch, Shuffle = true, DropLast = true, Seed = 9 });

    public static TrainingJob Job(ImageModel model, string? checkpoint = null, IProgress<ProgressReport>? progress = null) => new()
    {
        Stage = "tiny",
        Model = model,
        Train = Loader(),
        Loss = CrossEntropy,
        Seed = 3,
        CheckpointPath = checkpoint,
        Progress = progress,
    };

    public static Tensor CrossEntropy(ImageModel model, Batch batch, TrainingStep step)
    {
        using var scope = NewDisposeScope();
        return nn.functional.cross_entropy(model.call(model.Info.Normalization.Apply(batch.Images)), batch.Labels)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Every parameter and buffer, bit for bit.</summary>
    public static void AssertSame(ImageModel expected, ImageModel actual)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> state = actual.state_dict();
        foreach ((string name, Tensor value) in expected.state_dict())
            Assert.True(Goldens.Same(value, state[name]), $"{name} differs");
    }

    /// <summary>Every epoch's record, apart from its wall time.</summary>
    public static void AssertSame(TrainingResult expected, TrainingResult actual)
    {
        Assert.Equal(expected.Epochs.Select(e => e with { Seconds = 0, DataSeconds = 0 }),
            actual.Epochs.Select(e => e with { Seconds = 0, DataSeconds = 0 }));
        Assert.Equal((expected.Steps, expected.SkippedSteps), (actual.Steps, actual.SkippedSteps));
    }

    /// <summary>Ends what earlier tests left to the collector, which would otherwise go while tensors are being counted.</summary>
    public static void CollectGarbage()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    public static bool Differs(ImageModel a, ImageModel b)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> state = b.state_dict();
        return a.state_dict().Any(entry => !Goldens.Same(entry.Value, state[entry.Key]));
    }

    public static MemorySource Source(int count) => new([.. Enumerable.Range(0, count).Select(Image)]);

    /// <summary>An image a label, in that order, of the label's colour.</summary>
    public static MemorySource Labelled(int[] labels) => new([.. labels.Select((label, i) => Image(label + (Classes * i)))], labels);

    /// <summary>A progress callback on the training's own thread, as the console's is; Progress&lt;T&gt; would post it elsewhere.</summary>
    public sealed class Watcher(Action<ProgressReport> see) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => see(value);
    }

    private static byte[] Image(int index)
    {
        var random = new global::ReMem.Runtime.CounterRandom(0, "tiny", 0, index);
        byte[] pixels = new byte[32 * 32 * 3];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)((i % 3 == index % Classes ? 180 : 40) + random.NextInt(40));
        return TestImages.Png(32, 32, 8, 2, pixels);
    }
}

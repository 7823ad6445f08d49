using ReMem.Data;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Models;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;

namespace ReMem.Tests.Training;

[Collection(TorchGenerator.Name)]
public sealed class DataWaitTests
{
    [Fact]
    public void Waiting_for_images_is_recorded_and_above_a_tenth_comes_with_advice()
    {
        using ImageModel model = Model();
        var loader = new BatchLoader(new Slow(Source(12)), ViewOptions.ForTraining(32),
            new LoaderOptions { BatchSize = 4, Threads = 1, CacheBytes = 0 });
        List<string> messages = [];
        TrainingResult result = new Trainer(Options with { Epochs = 1 }).Run(Job(model, progress: new Watcher(r =>
        {
            if (r.Message is not null)
                messages.Add(r.Message);
        })) with
        {
            Train = loader,
            // A loss without a forward pass: what takes time is the images alone, however busy the machine is.
            Loss = (m, _, _) => m.parameters().First().sum(),
        });
        EpochRecord epoch = result.Epochs.Single();
        Assert.InRange(epoch.DataSeconds, 0.2, epoch.Seconds);
        Assert.Contains(messages,
            m => m.Contains("of the training time was spent waiting for images: give more threads", StringComparison.Ordinal)
                && m.Contains("remem data pack", StringComparison.Ordinal));
        Assert.Contains(messages, m => m.EndsWith("s of it waiting for images", StringComparison.Ordinal));
    }

    /// <summary>A disk that takes its time.</summary>
    private sealed class Slow(IImageSource source) : IImageSource
    {
        public int Count => source.Count;

        public int Label(int index) => source.Label(index);

        public string Name(int index) => source.Name(index);

        public byte[] Read(int index)
        {
            Thread.Sleep(60);
            return source.Read(index);
        }
    }
}

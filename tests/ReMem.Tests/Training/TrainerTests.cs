using ReMem.Data;
using ReMem.Models;
using ReMem.Teachers;
using ReMem.Training;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

[Collection(TorchGenerator.Name)]
public class TrainerTests
{
    private static readonly TrainingOptions Options = new() { Epochs = 3, BatchSize = 4, Lr = 1e-3, WarmupEpochs = 0 };

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.05)]
    public void An_interrupted_training_ends_as_an_uninterrupted_one(double rho)
    {
        using var folder = new TemporaryFolder();
        var (whole, wholeResult) = Train(rho, null, CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Train(rho, folder.File("c"), cancel.Token, onEpoch: 2, cancel));
        Assert.True(File.Exists(folder.File("c")));
        var (resumed, resumedResult) = Train(rho, folder.File("c"), CancellationToken.None);
        Assert.Equal(wholeResult.Epochs.Select(e => (e.TrainLoss, e.Rise, e.ValidationTop1)), resumedResult.Epochs.Select(e => (e.TrainLoss, e.Rise, e.ValidationTop1)));
        foreach (var (name, value) in whole.state_dict())
            Assert.True(Goldens.Same(value, resumed.state_dict()[name]), name);
    }

    [Fact]
    public void A_checkpoint_of_other_options_is_refused()
    {
        using var folder = new TemporaryFolder();
        Train(0, folder.File("c"), CancellationToken.None);
        Assert.Contains("other options", Assert.Throws<InputException>(() => Train(0.05, folder.File("c"), CancellationToken.None, options: Options with { Lr = 2e-3 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loss_that_stays_non_finite_stops_the_training_and_names_the_step()
    {
        using ImageModel model = Model();
        ReMemException error = Assert.Throws<ReMemException>(() => new Trainer(Options with { Epochs = 50 }).Run(Job(model, null) with
        {
            Loss = (m, batch, _) => m.call(m.Info.Normalization.Apply(batch.Images)).sum() * double.NaN,
        }));
        Assert.Contains("3 steps in a row had a non-finite gradient, up to step 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_leave_no_tensor_behind()
    {
        using ImageModel model = Model();
        var counts = new List<long>();
        new Trainer(Options with { Epochs = 4 }).Run(Job(model, null) with
        {
            Validate = _ =>
            {
                counts.Add(Tensor.TotalCount);
                return (0, 0);
            },
        });
        Assert.Equal(counts[1], counts[3]);
    }

    [Fact]
    public void A_split_smaller_than_a_batch_is_refused()
    {
        using ImageModel model = Model();
        TrainingJob job = Job(model, null) with { Train = new BatchLoader(Source(3), ViewOptions.ForTraining(32), new LoaderOptions { BatchSize = 4, DropLast = true }) };
        Assert.Contains("smaller than one batch", Assert.Throws<InputException>(() => new Trainer(Options).Run(job)).Message, StringComparison.Ordinal);
    }

    private static (ImageModel Model, TrainingResult Result) Train(
        double rho, string? checkpoint, CancellationToken token, int onEpoch = 0, CancellationTokenSource? cancel = null, TrainingOptions? options = null)
    {
        ImageModel model = Model();
        TrainingJob job = Job(model, checkpoint) with
        {
            Progress = new Watcher(r =>
            {
                if (r.Epoch == onEpoch && r.Batch == 1)
                    cancel?.Cancel();
            }),
        };
        return (model, new TeacherFineTuner(options ?? Options, new TeacherOptions { Rho = rho }).Run(job, token));
    }

    private static ImageModel Model()
    {
        manual_seed(5);
        return ModelCatalogue.Create("vit_pico_patch4_32", new ModelOptions { NumClasses = 2, DropPathRate = 0.3 });
    }

    private static TrainingJob Job(ImageModel model, string? checkpoint) => new()
    {
        Stage = "test",
        Model = model,
        Train = new BatchLoader(Source(12), ViewOptions.ForTraining(32), new LoaderOptions { BatchSize = 4, Shuffle = true }),
        Loss = (m, batch, _) => nn.functional.cross_entropy(m.call(m.Info.Normalization.Apply(batch.Images)), batch.Labels),
        Validate = m => (m.training ? 1 : 0.5, 0),
        Seed = 3,
        CheckpointPath = checkpoint,
    };

    private static IImageSource Source(int count) => new Images(count);

    private sealed class Images(int count) : IImageSource
    {
        public int Count => count;

        public int Label(int index) => index % 2;

        public string Name(int index) => $"image {index}";

        public byte[] Read(int index)
        {
            using var bitmap = new SkiaSharp.SKBitmap(32, 32);
            bitmap.Erase(new SkiaSharp.SKColor((byte)(index % 2 == 0 ? 220 : 30), (byte)(17 * index), 90));
            return bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 100).ToArray();
        }
    }

    private sealed class Watcher(Action<ProgressReport> see) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => see(value);
    }
}

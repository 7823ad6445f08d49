using System.Runtime.InteropServices;
using ReMem.Models;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

/// <summary>What is broken while loss and gradient are finite: it ends the training, by name, and reaches no file.</summary>
[Collection(TorchGenerator.Name)]
public sealed class DivergenceTests : IDisposable
{
    private static readonly TrainingOptions Epochs = Options with { Epochs = 4 };
    private readonly TemporaryFolder _folder = new();

    private string Checkpoint => _folder.File("state");

    public void Dispose() => _folder.Dispose();

    /// <summary>In training, batch norm divides by its batch's own statistics, so that the loss never meets the running ones.</summary>
    [Theory]
    [InlineData("layer2.1.bn1.running_var", float.PositiveInfinity, "infinity")]
    [InlineData("bn1.running_mean", float.NaN, "NaN")]
    public void A_running_statistic(string name, float value, string word)
    {
        using ImageModel model = Model(Convolutional);
        ReMemException error = Diverges(model, Epochs, at => Set(model.state_dict()[name], at.Index == 7 ? value : null));
        Assert.Equal($"The training diverged in epoch 3, by step 8: the tensor '{name}' holds {word}.", error.Message);
        Assert.Equal("tiny", error.Where);
        Assert.Equal("Lower the learning rate or rho; the checkpoint of epoch 2 is kept.", error.Remedy);
        LastGoodStands(epochs: 2);
    }

    [Fact]
    public void A_weight_of_the_last_step()
    {
        using ImageModel model = Model(Convolutional);
        ReMemException error = Diverges(model, Epochs, _ => { }, breakAfter: (5, "layer1.0.conv1.weight"));
        Assert.Contains("diverged in epoch 2, by step 5: the tensor 'layer1.0.conv1.weight' holds NaN", error.Message,
            StringComparison.Ordinal);
        LastGoodStands(epochs: 1);
    }

    /// <summary>The average takes a number in at one step and keeps it, although the weights have long been mended.</summary>
    [Theory]
    [InlineData("bn1.running_mean", "'ema.buffers.bn1.running_mean' holds NaN")]
    [InlineData("layer1.0.conv1.weight", "'ema.values' (at 'layer1.0.conv1.weight') holds NaN")]
    public void An_averaged_weight(string name, string expected)
    {
        using ImageModel model = Model(Convolutional);
        float healthy = 0;
        ReMemException error = Diverges(model, Epochs with { EmaDecay = 0.9 }, at =>
        {
            Tensor value = model.state_dict()[name];
            if (at.Index == 4)
                Set(value, healthy);
            healthy = at.Index < 4 ? First(value) : healthy;
        }, breakAfter: (3, name), with: float.PositiveInfinity);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.True(double.IsFinite(First(model.state_dict()[name])));
        LastGoodStands(epochs: 1);
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "infinity")]
    public void A_validation_loss(double loss, string word)
    {
        using ImageModel model = Model(Convolutional);
        int validated = 0;
        ReMemException error = Assert.Throws<ReMemException>(() => new Trainer(Epochs with { Keep = KeepPolicy.Best }).Run(
            Job(model, Checkpoint) with { Validate = _ => (0.5, ++validated == 3 ? loss : 1) }));
        Assert.Contains($"diverged in epoch 3, by step 8: on validation the tensor 'logits' overflows (the loss is {word})", error.Message,
            StringComparison.Ordinal);
        LastGoodStands(epochs: 2);
    }

    [Fact]
    public void What_a_gradient_keeps()
    {
        using ImageModel model = Model(Convolutional);
        using Tensor direction = zeros(3);
        ReMemException error = Assert.Throws<ReMemException>(() => new Trainer(Epochs).Run(Job(model, Checkpoint) with
        {
            Gradient = parameters => new Keeping(new PlainGradient(parameters), direction, breakAt: 4),
        }));
        Assert.Contains("diverged in epoch 2, by step 5: the tensor 'gradient.direction' holds NaN", error.Message,
            StringComparison.Ordinal);
        LastGoodStands(epochs: 1);
    }

    [Fact]
    public void A_gradient_that_stays_broken_is_named()
    {
        using ImageModel model = Model(Convolutional);
        ReMemException error = Assert.Throws<ReMemException>(() => new Trainer(Epochs).Run(Job(model, Checkpoint) with
        {
            Loss = (m, batch, at) => at.Epoch == 0
                ? CrossEntropy(m, batch, at)
                : (m.get_parameter("fc.bias")!.sum() * 0) + (m.get_parameter("layer3.0.conv2.weight")!.sum() * double.NaN),
        }));
        Assert.StartsWith("3 steps in a row had a non-finite gradient, up to step 5: loss NaN", error.Message, StringComparison.Ordinal);
        Assert.Contains("the gradient of 'layer3.0.conv2.weight' holds NaN", error.Message, StringComparison.Ordinal);
        Assert.Equal("Lower the learning rate or rho; the checkpoint of epoch 1 is kept.", error.Remedy);
        LastGoodStands(epochs: 1);
    }

    /// <summary>Without a checkpoint nobody would notice when it is written.</summary>
    [Fact]
    public void It_is_noticed_without_a_checkpoint_and_in_the_first_epoch()
    {
        using ImageModel model = Model(Convolutional);
        ReMemException error = Assert.Throws<ReMemException>(() => new Trainer(Options).Run(Job(model) with
        {
            Loss = (m, batch, at) =>
            {
                Set(m.state_dict()["bn1.running_var"], float.PositiveInfinity);
                return CrossEntropy(m, batch, at);
            },
        }));
        Assert.Contains("diverged in epoch 1, by step 2: the tensor 'bn1.running_var' holds infinity", error.Message,
            StringComparison.Ordinal);
        Assert.Contains("no checkpoint of it is kept", error.Remedy, StringComparison.Ordinal);
    }

    /// <summary>
    /// Nothing is injected: a learning rate of 100 moves the running variances beyond float32, and the loss stays a number.
    /// </summary>
    [Fact]
    public void A_learning_rate_that_is_far_too_high()
    {
        using ImageModel model = Model(Convolutional);
        TrainingOptions options = Options with { Epochs = 40, Optimizer = OptimizerKind.Sgd, Lr = 100, ClipGrad = 0, WarmupEpochs = 0 };
        ReMemException error = Assert.Throws<ReMemException>(() => new Trainer(options).Run(Job(model, Checkpoint)));
        Assert.Matches("The training diverged in epoch \\d+, by step \\d+: the tensor '.*' holds|in a row had a non-finite gradient",
            error.Message);
        if (File.Exists(Checkpoint))
            LastGoodStands(TrainingCheckpoint.EpochsIn(Checkpoint));
    }

    private ReMemException Diverges(
        ImageModel model, TrainingOptions options, Action<TrainingStep> before, (long Step, string Name)? breakAfter = null,
        float with = float.NaN)
    {
        return Assert.Throws<ReMemException>(() => new Trainer(options).Run(Job(model, Checkpoint) with
        {
            Loss = (m, batch, at) =>
            {
                before(at);
                return CrossEntropy(m, batch, at);
            },
            Gradient = parameters => new Breaking(new PlainGradient(parameters), step =>
            {
                if (breakAfter is { } it && step == it.Step)
                    Set(model.state_dict()[it.Name], with);
            }),
        }));
    }

    /// <summary>What stands can be resumed: all its numbers are finite, and a healthy training goes on from it.</summary>
    private void LastGoodStands(int epochs)
    {
        Assert.Equal(epochs, TrainingCheckpoint.EpochsIn(Checkpoint));
        using var file = ReMem.Weights.Files.SafetensorsFile.Open(Checkpoint);
        foreach (string name in file.Tensors.Keys)
        {
            using Tensor value = file.Read(name);
            Assert.True(!value.is_floating_point() || value.isfinite().all().item<bool>(), name);
        }

        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    private static float First(Tensor value) => MemoryMarshal.Cast<byte, float>(value.bytes)[0];

    /// <summary>Into the memory itself: autograd would refuse a weight that was changed between the passes.</summary>
    private static void Set(Tensor value, float? number)
    {
        if (number is { } given)
            MemoryMarshal.Cast<byte, float>(value.bytes)[0] = given;
    }

    private sealed class Breaking(IGradientFunction inner, Action<long> after) : IGradientFunction
    {
        public GradientResult Compute(long step, IReadOnlyList<Func<Tensor>> losses)
        {
            GradientResult result = inner.Compute(step, losses);
            after(step);
            return result;
        }
    }

    private sealed class Keeping(IGradientFunction inner, Tensor direction, long breakAt) : IGradientFunction
    {
        public IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor> { ["direction"] = direction };

        public GradientResult Compute(long step, IReadOnlyList<Func<Tensor>> losses)
        {
            Set(direction, step == breakAt ? float.NaN : null);
            return inner.Compute(step, losses);
        }
    }
}

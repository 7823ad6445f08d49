using ReMem.Models;
using ReMem.Teachers;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

[Collection(TorchGenerator.Name)]
public class FrozenPartTests
{
    private static readonly TrainingOptions Two = Options with { Epochs = 2 };

    [Theory]
    [InlineData(Vit, "2", "cls_token pos_embed patch_embed blocks.0 blocks.1", 0.0)]
    [InlineData(Vit, "blocks.0.attn, head.weight", "blocks.0.attn head.weight", 0.05)]
    [InlineData(Convolutional, "3", "conv1 bn1 layer1", 0.05)]
    [InlineData(Convolutional, "9", "conv1 bn1 layer1 layer2 layer3", 0.0)]
    public void It_stays_as_it_was_statistics_too_and_all_else_learns(string name, string freeze, string frozen, double rho)
    {
        using var scope = NewDisposeScope();
        using ImageModel model = Model(name), start = Model(name);
        bool Frozen(string tensor) => frozen.Split(' ').Any(f => tensor == f || tensor.StartsWith(f + ".", StringComparison.Ordinal));
        int passes = 0;
        Dictionary<string, Tensor> before = start.state_dict();
        new TeacherFineTuner(Two with { Freeze = freeze }, new TeacherOptions { Rho = rho }).Run(Job(model) with
        {
            Validate = m =>
            {
                passes++;
                return (0, 0);
            },
        });
        Assert.Equal(2, passes);
        foreach ((string tensor, Tensor value) in model.state_dict())
            Assert.True(Frozen(tensor) == Goldens.Same(before[tensor], value), tensor);
        Assert.All(model.named_parameters(), p => Assert.True(p.parameter.requires_grad));
        Assert.All(model.named_parameters().Where(p => Frozen(p.name)), p => Assert.Null(p.parameter.grad));
    }

    [Fact]
    public void It_is_not_perturbed_and_runs_in_eval_mode()
    {
        using var scope = NewDisposeScope();
        using ImageModel model = Model(Convolutional), start = Model(Convolutional);
        Tensor expected = start.state_dict()["conv1.weight"];
        int passes = 0;
        var gradients = new List<SharpnessAwareGradient>();
        new Trainer(Two with { Freeze = "conv1,bn1" }).Run(Job(model) with
        {
            Gradient = p =>
            {
                Assert.DoesNotContain(p.Names,
                    n => n.StartsWith("conv1", StringComparison.Ordinal) || n.StartsWith("bn1", StringComparison.Ordinal));
                return new SharpnessAwareGradient(model, p, 0.1);
            },
            Loss = (m, batch, at) =>
            {
                passes++;
                Assert.True(Goldens.Same(expected, m.state_dict()["conv1.weight"]));
                Assert.Equal(["bn1", "conv1"], m.named_modules().Where(x => !x.module.training).Select(x => x.name).Order());
                return CrossEntropy(m, batch, at);
            },
        });
        Assert.Equal(12, passes);
    }

    [Fact]
    public void A_frozen_block_is_never_dropped()
    {
        using ImageModel model = Model(dropPath: 0.9);
        int blocks = ((TransformerModel)model).Blocks.Count;
        new Trainer(Two with { Freeze = $"{blocks}" }).Run(Job(model) with
        {
            Loss = (m, batch, at) =>
            {
                using var scope = NewDisposeScope();
                Tensor images = m.Info.Normalization.Apply(batch.Images);
                Assert.True(Goldens.Same(m.ForwardFeatures(images), m.ForwardFeatures(images)));
                return CrossEntropy(m, batch, at).MoveToOuterDisposeScope();
            },
        });
    }

    [Fact]
    public void An_interrupted_training_ends_with_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Options with
        {
            Freeze = "layer1",
            LayerDecay = 0.8,
            EmaDecay = 0.9,
            Optimizer = OptimizerKind.Sgd,
            Lr = 0.05,
        };
        using ImageModel whole = Model(Convolutional), stopped = Model(Convolutional), resumed = Model(Convolutional, seed: 77);
        TrainingResult expected = new Trainer(options).Run(Job(whole));
        Assert.Throws<InvalidOperationException>(() => new Trainer(options).Run(Job(stopped, folder.File("state")) with
        {
            Loss = (m, batch, at) => at.Epoch == 2 ? throw new InvalidOperationException() : CrossEntropy(m, batch, at),
        }));
        Assert.All(stopped.parameters(), p => Assert.True(p.requires_grad));
        AssertSame(expected, new Trainer(options).Run(Job(resumed, folder.File("state"))));
        AssertSame(whole, resumed);
        Assert.Throws<InputException>(() => new Trainer(options with { Freeze = "layer2" }).Run(Job(resumed, folder.File("state"))));
        Assert.Throws<InputException>(() => new Trainer(options with { LayerDecay = 0.7 }).Run(Job(resumed, folder.File("state"))));
    }

    [Theory]
    [InlineData("0", "What to freeze is '0'")]
    [InlineData("-3", "What to freeze is '-3'")]
    [InlineData("", "What to freeze is ''")]
    [InlineData("conv1,,bn1", "What to freeze is 'conv1,,bn1'")]
    [InlineData("10", "Of 'resnet20' 10 blocks are to be frozen, but it has 9.")]
    [InlineData("layer9", "Unknown part of 'resnet20' 'layer9'; did you mean 'layer")]
    [InlineData("layer1.0.conv", "Unknown part of 'resnet20' 'layer1.0.conv'; did you mean 'layer1.0.conv")]
    [InlineData("9, fc", "Unknown part of 'resnet20' '9'")]
    [InlineData("conv1,bn1,layer1,layer2,layer3,fc", "leaves nothing of 'resnet20' to train")]
    public void A_part_that_is_none_is_refused(string freeze, string message)
    {
        using ImageModel model = Model(Convolutional);
        InputException error = Assert.Throws<InputException>(() =>
            new Trainer(Options with { Freeze = freeze }).Run(Job(model) with
            {
                Loss = (_, _, _) => throw new InvalidOperationException(),
            }));
        Assert.StartsWith(message, error.Message.Replace("Freezing '" + freeze + "' ", string.Empty, StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.All(model.parameters(), p => Assert.True(p.requires_grad));
    }
}

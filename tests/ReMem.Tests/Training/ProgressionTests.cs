using ReMem.Models;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Training;

[Collection(TorchGenerator.Name)]
public class ProgressionTests
{
    [Theory]
    [InlineData("from(16,0.5)", 8, 32, new[] { 16, 24, 24, 32, 32, 32, 32, 32 })]
    [InlineData("from(64)", 6, 112, new[] { 64, 80, 96, 112, 112, 112 })]
    [InlineData("from(20,1)", 4, 50, new[] { 20, 24, 32, 40 })]
    [InlineData("from(16,0.01)", 3, 32, new[] { 16, 32, 32 })]
    public void Sizes_rise_evenly_to_the_full_one(string form, int epochs, int size, int[] expected)
    {
        using ImageModel model = Model(Convolutional);
        Progression sizes = Progression.Of(Options with { Epochs = epochs, Progressive = form }, model, size)!;
        Assert.Equal(expected, Enumerable.Range(0, epochs).Select(sizes.At));
    }

    [Fact]
    public void The_model_is_trained_on_them_and_validated_as_ever()
    {
        using ImageModel model = Model(Convolutional);
        List<long> seen = [];
        TrainingOptions options = Options with { Epochs = 3, Progressive = "from(16,0.6)", Optimizer = OptimizerKind.Sgd, Lr = 0.05 };
        new Trainer(options).Run(Job(model) with
        {
            Loss = (m, batch, at) =>
            {
                seen.Add(batch.Images.shape[^1]);
                Assert.Null(batch.SmallImages);
                return CrossEntropy(m, batch, at);
            },
        });
        Assert.Equal([16, 16, 16, 24, 24, 24, 32, 32, 32], seen);
    }

    [Theory]
    [InlineData("mobilenetv3_small_100")]
    [InlineData("convnext_atto")]
    [InlineData("resnet18")]
    public void Deep_networks_take_32_pixels_and_no_fewer(string name)
    {
        using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 3, ImageSize = 64 });
        Assert.NotNull(Progression.Of(Options with { Progressive = "from(32)" }, model, 64));
        using var scope = NewDisposeScope();
        Assert.Equal([2, 3], model.call(zeros(2, 3, 32, 32)).shape);
        Assert.Contains("can start at 32 to 63 px",
            Assert.Throws<InputException>(() => Progression.Of(Options with { Progressive = "from(24)" }, model, 64)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Vit, "from(16)", "'vit_pico_patch4_32' is made for one image size, 32 px")]
    [InlineData(Convolutional, "from(32)", "'from(32)' starts at 32 px; 'resnet20' on views of 32 px can start at 8 to 31 px.")]
    [InlineData(Convolutional, "from", "The progressive resolution 'from' cannot be read.")]
    [InlineData(Convolutional, "from(4)", "The progressive resolution 'from(4)' is no size")]
    [InlineData(Convolutional, "from(16.5)", "The progressive resolution 'from(16.5)' is no size")]
    [InlineData(Convolutional, "from(16,0)", "The progressive resolution 'from(16,0)' is no size")]
    [InlineData(Convolutional, "from(16,1.5)", "The progressive resolution 'from(16,1.5)' is no size")]
    [InlineData(Convolutional, "form(16)", "Unknown progressive resolution 'form'; did you mean 'from'?")]
    public void What_does_not_fit_is_refused_before_any_step(string name, string form, string message)
    {
        using ImageModel model = Model(name);
        InputException error = Assert.Throws<InputException>(() =>
            new Trainer(Options with { Progressive = form }).Run(Job(model) with
            {
                Loss = (_, _, _) => throw new InvalidOperationException(),
            }));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }
}

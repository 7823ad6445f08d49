using ReMem.Models;
using ReMem.Weights;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights;

[Collection(TorchGenerator.Name)]
public class ClassOrderTests
{
    private static readonly string[] Labels = ["red", "green", "blue"];

    [Theory]
    [InlineData("vit_pico_patch4_32")]
    [InlineData("resnet20")]
    [InlineData("deit_tiny_distilled_patch16_224")]
    public void Outputs_follow_the_names(string name)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using ImageModel model = Model(name), moved = Model(name);
        model.eval();
        moved.eval();
        Assert.False(ClassOrder.Apply(moved, Labels, Labels, "teacher"));
        Assert.True(ClassOrder.Apply(moved, Labels, ["blue", "red", "green"], "teacher"));
        Tensor images = randn(2, 3, 32, 32);
        Assert.True(allclose(model.call(images).index_select(1, tensor(new long[] { 2, 0, 1 })), moved.call(images), rtol: 1e-6,
            atol: 1e-6));
    }

    [Theory]
    [InlineData(new[] { "red", "green" }, "knows 3 classes and the data set has 2")]
    [InlineData(new[] { "red", "green", "violet" }, "does not know 'violet' of the data set's classes; it has 'blue' instead")]
    public void Other_classes_are_refused_by_name(string[] classes, string message)
    {
        using ImageModel model = Model(Convolutional), same = Model(Convolutional);
        InputException error = Assert.Throws<InputException>(() => ClassOrder.Apply(model, Labels, classes, "teacher"));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal("teacher", error.Where);
        AssertSame(same, model);
    }
}

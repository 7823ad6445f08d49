using ReMem.Models;
using ReMem.Models.Layers;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

public sealed class EfficientNetTests : IDisposable
{
    private readonly IDisposable _scope = NewDisposeScope();
    private readonly IDisposable _guard = no_grad();

    public void Dispose()
    {
        _guard.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData("efficientnet_b0", 1280)]
    [InlineData("mobilenetv3_small_100", 576)]
    [InlineData("mobilenetv4_conv_small", 960)]
    public void Images_of_any_size_pass_down_to_one_pixel_of_features(string name, int channels)
    {
        using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 3, ImageSize = 8 });
        model.eval();
        Assert.Equal([2, channels, 1, 1], model.ForwardFeatures(zeros(2, 3, 8, 8)).shape);
        Assert.Equal([2, channels, 2, 3], model.ForwardFeatures(zeros(2, 3, 33, 70)).shape);
    }

    /// <summary>TensorFlow's rule by hand: an odd side lacks a pixel on both sides, an even one only below and right.</summary>
    [Theory]
    [InlineData(3, 9, 1, 1)]
    [InlineData(3, 8, 0, 1)]
    [InlineData(5, 9, 2, 2)]
    [InlineData(5, 8, 1, 2)]
    public void Padding_is_TensorFlows_where_asked(int kernel, int size, int before, int after)
    {
        var shape = new EfficientNetBlockShape(EfficientNetBlockType.ConvBnAct, kernel, 2, 1, 4);
        using var block = new EfficientNetBlock(4, shape, new EfficientNetStyle(Activation.Relu) { SamePadding = true });
        GoldenWeights.Fill(block);
        block.eval();
        Dictionary<string, Tensor> w = block.state_dict();
        Tensor x = Goldens.UniformTensor("input", 1, 2, 4, size, size).to(ScalarType.Float32);
        Tensor padded = nn.functional.pad(x, [before, after, before, after]);
        Tensor expected = nn.functional.conv2d(padded, w["conv.weight"], strides: [2]);
        expected = nn.functional.batch_norm(expected, w["bn1.running_mean"], w["bn1.running_var"], w["bn1.weight"], w["bn1.bias"]).relu();
        Tensor actual = block.call(x);
        Assert.Equal([2, 4, (size + 1) / 2, (size + 1) / 2], actual.shape);
        Assert.True(actual.allclose(expected, 1e-5, 1e-6));
    }

    [Theory]
    [InlineData(nameof(EfficientNetBlockType.ConvBnAct), 1, 8, false, false)]
    [InlineData(nameof(EfficientNetBlockType.ConvBnAct), 1, 8, true, true)]
    [InlineData(nameof(EfficientNetBlockType.InvertedResidual), 1, 8, true, true)]
    [InlineData(nameof(EfficientNetBlockType.InvertedResidual), 2, 8, true, false)]
    [InlineData(nameof(EfficientNetBlockType.InvertedResidual), 1, 16, true, false)]
    public void The_input_is_added_where_the_shapes_are_the_same(string name, int stride, int width, bool skip, bool expected)
    {
        EfficientNetBlockType type = Enum.Parse<EfficientNetBlockType>(name);
        var shape = new EfficientNetBlockShape(type, 3, stride, 2, width) { Skip = skip };
        using var block = new EfficientNetBlock(8, shape, new EfficientNetStyle(Activation.Relu));
        Assert.Equal(expected, block.HasSkip);
    }

    /// <summary>Howard 2017: never under 90 % of what was asked.</summary>
    [Theory]
    [InlineData(3, 8)]
    [InlineData(88.08, 88)]
    [InlineData(92, 96)]
    [InlineData(11.9, 16)]
    [InlineData(18, 24)]
    [InlineData(27, 32)]
    [InlineData(50, 48)]
    public void Widths_are_rounded_to_eight(double channels, int expected) =>
        Assert.Equal(expected, EfficientNetShape.MakeDivisible(channels));
}

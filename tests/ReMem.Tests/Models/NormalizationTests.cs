using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

public sealed class NormalizationTests
{
    [Theory]
    [InlineData(2, 16, 16)]
    [InlineData(1, 5, 7)]
    [InlineData(3, 1, 1)]
    [InlineData(0, 4, 4)]
    public void Pixels_are_scaled_and_shifted_channel_by_channel(int count, int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = arange(count * 3 * height * width).mul(7).remainder(256).to(ScalarType.Byte).view(count, 3, height, width);
        Normalization clip = Normalization.Clip;
        Tensor mean = tensor(clip.Mean.ToArray()).view(1, 3, 1, 1), std = tensor(clip.Std.ToArray()).view(1, 3, 1, 1);
        Tensor expected = images.to(ScalarType.Float64).div(255).sub(mean).div(std);
        Tensor actual = clip.Apply(images);
        Assert.Equal(ScalarType.Float32, actual.dtype);
        Assert.Equal(images.shape, actual.shape);
        Assert.True(count == 0 || expected.sub(actual).abs().max().item<double>() < 1e-6);

        // Images that do not lie in one piece come out alike, to the bit.
        Tensor apart = images.transpose(2, 3).contiguous().transpose(2, 3);
        Assert.True(count == 0 || height == 1 || !apart.is_contiguous());
        Assert.True(clip.Apply(apart).equal(actual).all().item<bool>());

        // A part of a batch begins where the batch's memory does not.
        if (count > 1)
            Assert.True(clip.Apply(images.narrow(0, 1, count - 1)).equal(actual.narrow(0, 1, count - 1)).all().item<bool>());
    }

    [Fact]
    public void Result_belongs_to_the_callers_scope()
    {
        using Tensor images = zeros([1, 3, 4, 4], ScalarType.Byte);
        Tensor result;
        using (NewDisposeScope())
            result = Normalization.ImageNet.Apply(images);
        Assert.True(result.IsInvalid);
    }
}

using ReMem.Weights;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights;

public class PatchKernelTests
{
    /// <summary>What FlexiViT's resize is for: on patches that are resized too, the new kernel responds as the old one.</summary>
    [Theory]
    [InlineData(4, 7)]
    [InlineData(8, 16)]
    public void A_larger_kernel_responds_alike_to_larger_patches(int from, int to)
    {
        using var scope = NewDisposeScope();
        Tensor kernel = Goldens.UniformTensor("kernel", 1, 5, 3, from, from);
        Tensor patches = Goldens.UniformTensor("patches", 1, 6, 3, from, from);
        Tensor resampled = PatchKernel.Resample(kernel, to);
        Assert.Equal([5, 3, to, to], resampled.shape);
        Tensor difference = Responses(Resize(patches, to), resampled) - Responses(patches, kernel);
        Assert.InRange(difference.abs().max().item<double>(), 0, 1e-9);
    }

    /// <summary>
    /// A smaller one cannot; it is the kernel whose responses differ least, so that their error is orthogonal to all resized pixels.
    /// </summary>
    [Fact]
    public void A_smaller_kernel_has_the_least_squares_responses()
    {
        using var scope = NewDisposeScope();
        Tensor kernel = Goldens.UniformTensor("kernel", 1, 2, 3, 6, 6);
        Tensor pixels = eye(36, dtype: ScalarType.Float64).view(36, 1, 6, 6);
        Tensor resized = Resize(pixels, 4).view(36, 16);
        Tensor error = kernel.view(6, 36) - PatchKernel.Resample(kernel, 4).view(6, 16).matmul(resized.transpose(0, 1));
        Assert.InRange(error.matmul(resized).abs().max().item<double>(), 0, 1e-9);
        Assert.True(error.abs().max().item<double>() > 0.01);
    }

    private static Tensor Resize(Tensor patches, int size) =>
        nn.functional.interpolate(patches, size: [size, size], mode: InterpolationMode.Bicubic, align_corners: false, antialias: true);

    private static Tensor Responses(Tensor patches, Tensor kernel) => patches.flatten(1).matmul(kernel.flatten(1).transpose(0, 1));
}

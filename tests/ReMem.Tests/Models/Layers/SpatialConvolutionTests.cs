using System.Runtime.InteropServices;
using ReMem.Models.Layers;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Models.Layers;

/// <summary>Convolutions that are no 1x1 ones, on the path of products, against float64 loops.</summary>
public sealed class SpatialConvolutionTests : IDisposable
{
    private readonly IDisposable _scope = NewDisposeScope();
    private readonly IDisposable _product;

    public SpatialConvolutionTests()
    {
        Libtorch.Load();
        _product = KernelPath<ConvolutionKernel>.Force(ConvolutionKernel.Product);
    }

    public void Dispose()
    {
        _product.Dispose();
        _scope.Dispose();
    }

    /// <summary>Layers, gradients included; the shapes are wrong by 4 to 98 % with libtorch's own choice on AMD's family 26.</summary>
    [Theory]
    [InlineData(24, 48, 3, 2, 1, 8, 8, false)]
    [InlineData(40, 40, 3, 1, 1, 2, 8, false)]
    [InlineData(48, 200, 5, 1, 1, 2, 8, false)]
    [InlineData(40, 80, 2, 2, 1, 16, 8, false)]
    [InlineData(40, 80, 2, 2, 1, 16, 9, true)]
    [InlineData(3, 24, 4, 4, 1, 2, 18, false)]
    [InlineData(1, 24, 4, 4, 1, 2, 8, true)]
    [InlineData(16, 16, 3, 2, 16, 2, 13, false)]
    [InlineData(64, 32, 3, 1, 1, 4, 1, false)]
    public void It_is_the_sum_over_the_kernel(
        int from, int to, int kernel, int stride, int groups, int batch, int side, bool isChannelsLast)
    {
        var single = new ConvolutionCase(from, to, kernel, stride, groups, batch, side, isChannelsLast);
        Assert.InRange(single.Error(), 0, single.Limit);
        var mixed = new ConvolutionCase(from, to, kernel, stride, groups, batch, side, isChannelsLast, true);
        Assert.InRange(mixed.Error(), 0, mixed.Limit);
    }

    [Theory]
    [InlineData(3, 2, 1, 1)]
    [InlineData(2, 2, 0, 1)]
    [InlineData(3, 2, 1, 8)]
    public void Output_and_gradient_are_channels_last_whatever_the_input_is(int kernel, int stride, int padding, int groups)
    {
        using var layer = new SpatialConvolution(8, 16, kernel, stride, padding, groups, bias: true);
        Tensor contiguous = Uniform("x", 2, 8, 6, 5), last = contiguous.ChannelsLast().requires_grad_();
        Tensor y = layer.call(contiguous), expected = layer.call(last);
        Assert.True(y.permute(0, 2, 3, 1).is_contiguous());
        Assert.True((y - expected).abs().max().item<float>() < 1e-5);
        expected.backward([Uniform("slope", y.shape)]);
        Assert.Equal(contiguous.shape, last.grad!.shape);
    }

    /// <summary>A single pixel is contiguous in both layouts: its strides have to say which one is meant.</summary>
    [Fact]
    public void A_single_pixel_is_marked_as_channels_last()
    {
        Tensor pixel = Uniform("x", 4, 8, 1, 1).ChannelsLast();
        Assert.Equal([8, 1, 8, 8], pixel.stride());
        Assert.True(Goldens.Same(Uniform("x", 4, 8, 1, 1), pixel.contiguous()));
    }

    [Fact]
    public void Strided_depthwise_convolutions_stay_in_float32_and_others_are_mixed()
    {
        using var depthwise = new SpatialConvolution(8, 8, 3, 2, 1, 8, bias: false);
        using var dense = new SpatialConvolution(8, 8, 3, 2, 1, 1, bias: false);
        Tensor x = Uniform("x", 2, 8, 6, 6);
        using IDisposable mixed = Autocast.Enter(DeviceType.CPU);
        Assert.Equal(ScalarType.Float32, depthwise.call(x.to(ScalarType.BFloat16)).dtype);
        Assert.Equal(ScalarType.BFloat16, dense.call(x).dtype);
        Assert.True(Autocast.IsOn(DeviceType.CPU));
    }

    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(3, 1, 1)]
    public void What_does_not_fit_is_refused(int kernel, int stride, int padding)
    {
        using var layer = new SpatialConvolution(8, 16, kernel, stride, padding, 1, bias: true);
        Assert.ThrowsAny<ExternalException>(() => layer.call(zeros(2, 4, 6, 6)));
        Assert.ThrowsAny<ExternalException>(() => new SpatialConvolution(8, 16, 4, 4, 0, 1, bias: true).call(zeros(2, 8, 3, 3)));
    }

    [Fact]
    public void No_tensor_stays_behind()
    {
        using var patches = new SpatialConvolution(8, 24, 2, 2, 0, 1, bias: true);
        using var depthwise = new SpatialConvolution(8, 8, 3, 2, 1, 8, bias: true);
        using Tensor x = Uniform("x", 2, 8, 6, 6);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        patches.call(x).Dispose();
        depthwise.call(x).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static Tensor Uniform(string name, params long[] shape) => Goldens.UniformTensor(name, 1, shape).to(ScalarType.Float32);
}

using ReMem.Models.Layers;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Models.Layers;

public sealed class LinearProductTests
{
    static LinearProductTests() => Libtorch.Load();

    [Theory]
    [InlineData(true, new long[] { 3, 5, 24 })]
    [InlineData(true, new long[] { 7, 24 })]
    [InlineData(false, new long[] { 2, 3, 4, 24 })]
    public void Without_gradients_it_is_the_layer(bool bias, long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(1);
        TorchSharp.Modules.Linear layer = nn.Linear(24, 40, hasBias: bias);
        Tensor x = randn(shape);
        // Against 64-bit sums, so that neither path is the other's reference.
        Tensor expected = nn.functional.linear(x.to(ScalarType.Float64), layer.weight!.to(ScalarType.Float64),
            layer.bias?.to(ScalarType.Float64));
        using (no_grad())
        {
            Tensor actual = layer.Project(x);
            Assert.Equal([.. shape[..^1], 40], actual.shape);
            Assert.True(actual.is_contiguous());
            Assert.True((actual.to(ScalarType.Float64) - expected).abs().max().item<double>() < 1e-5);
        }

        Assert.True((layer.Project(x).to(ScalarType.Float64) - expected).abs().max().item<double>() < 1e-5);
    }

    [Fact]
    public void A_slice_that_is_not_contiguous_is_read_in_order()
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        manual_seed(2);
        Tensor weight = randn(6, 4), bias = randn(6), x = randn(4, 9, 2).transpose(0, 2);
        Tensor expected = nn.functional.linear(x.contiguous().to(ScalarType.Float64), weight.to(ScalarType.Float64),
            bias.to(ScalarType.Float64));
        Assert.True((LinearProduct.Of(x, weight, bias).to(ScalarType.Float64) - expected).abs().max().item<double>() < 1e-5);
    }

    /// <summary>A product is asked for as a 1x1 convolution only where those are computed as such.</summary>
    [Fact]
    public void Where_1x1_convolutions_are_avoided_it_is_the_product()
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        using IDisposable forced = KernelPath<ConvolutionKernel>.Force(ConvolutionKernel.Product);
        TorchSharp.Modules.Linear layer = nn.Linear(24, 40);
        Tensor x = randn(3, 5, 24);
        Assert.True(Goldens.Same(MatrixProduct.Linear(x, layer.weight!, layer.bias), layer.Project(x)));
    }

    [Fact]
    public void Sixty_four_bits_stay_sixty_four()
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Tensor weight = randn(6, 4, ScalarType.Float64), bias = randn(6, ScalarType.Float64), x = randn(3, 4, ScalarType.Float64);
        Assert.True((LinearProduct.Of(x, weight, bias) - nn.functional.linear(x, weight, bias)).abs().max().item<double>() < 1e-13);
    }

    [Fact]
    public void Gradients_flow_where_they_are_wanted()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        TorchSharp.Modules.Linear layer = nn.Linear(4, 3);
        Tensor x = randn(2, 5, 4);
        layer.Project(x).sum().backward();
        Assert.True((layer.weight!.grad! - x.sum([0L, 1L]).expand(3, 4)).abs().max().item<float>() < 1e-5);
        Assert.Equal([10f, 10f, 10f], layer.bias!.grad!.data<float>().ToArray());
    }
}

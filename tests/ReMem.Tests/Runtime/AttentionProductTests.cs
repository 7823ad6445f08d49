using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Runtime;

/// <summary>Attention by oneDNN's products, against float64's, where this processor has them.</summary>
public sealed class AttentionProductTests : IDisposable
{
    private readonly IDisposable _scope = NewDisposeScope();
    private readonly IDisposable? _forced;

    public AttentionProductTests()
    {
        Libtorch.Load();
        OneDnnProducts.Require();
        _forced = KernelPath<ProductKernel>.Force(ProductKernel.OneDnn);
    }

    public void Dispose()
    {
        _forced?.Dispose();
        _scope.Dispose();
    }

    /// <summary>The larger ones take several chunks, the last of them a smaller one.</summary>
    [Theory]
    [InlineData(1, 1, 1, 8)]
    [InlineData(2, 17, 3, 16)]
    [InlineData(47, 130, 3, 64)]
    [InlineData(2, 1200, 2, 32)]
    public void Output_and_gradient_are_those_of_float64(int batch, int tokens, int heads, int width)
    {
        Tensor packed = randn(batch, tokens, 3 * heads * width).requires_grad_(), slope = randn(batch, tokens, heads * width);
        Tensor y = AttentionProduct.Of(packed, heads);
        Assert.True(y.is_contiguous());
        y.backward([slope]);
        (Tensor expected, Tensor gradient) = Exact(packed, slope, heads);
        Close(expected, y, 1e-5);
        Close(gradient, packed.grad!, 1e-5);
        using (no_grad())
            Assert.True(Goldens.Same(y.detach(), AttentionProduct.Of(packed, heads)));
    }

    [Fact]
    public void In_bf16_the_products_are_float32s()
    {
        Tensor packed = randn(3, 65, 3 * 2 * 32).to(ScalarType.BFloat16).requires_grad_(), slope = randn(3, 65, 64);
        Tensor y;
        using (Autocast.Enter(DeviceType.CPU))
        {
            y = AttentionProduct.Of(packed, 2);
            Assert.True(Autocast.IsOn(DeviceType.CPU));
        }

        Assert.Equal(ScalarType.BFloat16, y.dtype);
        y.backward([slope.to(ScalarType.BFloat16)]);
        (Tensor expected, Tensor gradient) = Exact(packed, slope, 2);
        Close(expected, y, 4e-3);
        Close(gradient, packed.grad!, 8e-3);
    }

    /// <summary>Sharp scores: the softmax must not overflow.</summary>
    [Fact]
    public void Large_scores_stay_finite()
    {
        Tensor packed = (randn(2, 9, 3 * 8) * 1e4).requires_grad_();
        AttentionProduct.Of(packed, 1).sum().backward();
        Assert.True(packed.grad!.isfinite().all().item<bool>());
    }

    [Fact]
    public void A_transposed_slope_is_read_in_order()
    {
        Tensor packed = randn(2, 9, 3 * 8).requires_grad_(), slope = randn(8, 9, 2).permute(2, 1, 0);
        AttentionProduct.Of(packed, 2).backward([slope]);
        Close(Exact(packed, slope, 2).Gradient, packed.grad!, 1e-5);
    }

    [Theory]
    [InlineData("vit_tiny_patch16_224")]
    [InlineData("eva02_tiny_patch14_224")]
    public void A_model_gives_the_same_with_and_without(string name)
    {
        using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 5, ImageSize = 112 });
        model.eval();
        Tensor images = Goldens.UniformTensor("input", 1, 3, 3, 112, 112).to(ScalarType.Float32);
        (Tensor Logits, Tensor Gradient) Step(ProductKernel kernel)
        {
            using IDisposable forced = KernelPath<ProductKernel>.Force(kernel);
            model.zero_grad();
            Tensor logits = model.call(images);
            logits.logsumexp(-1).sum().backward();
            return (logits.detach(), cat([.. model.parameters().Where(p => p.grad is not null).Select(p => p.grad!.flatten())]));
        }

        var (own, libtorchs) = (Step(ProductKernel.OneDnn), Step(ProductKernel.Libtorch));
        Close(libtorchs.Logits.to(ScalarType.Float64), own.Logits, 1e-5);
        Close(libtorchs.Gradient.to(ScalarType.Float64), own.Gradient, 1e-4);
    }

    [Fact]
    public void The_same_numbers_give_the_same_bits_and_no_tensor_stays_behind()
    {
        Tensor packed = randn(47, 130, 3 * 48).requires_grad_(), slope = randn(47, 130, 48);
        Tensor[] gradients = [zeros(packed.shape), zeros(packed.shape), zeros(packed.shape)];
        void Step(int i)
        {
            using DisposeScope scope = NewDisposeScope();
            AttentionProduct.Of(packed, 3).backward([slope]);
            gradients[i].copy_(packed.grad!);
            packed.grad!.zero_();
        }

        Step(0);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Step(1);
        Step(2);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.True(Goldens.Same(gradients[0], gradients[1]) && Goldens.Same(gradients[1], gradients[2]));
    }

    private static (Tensor Output, Tensor Gradient) Exact(Tensor packed, Tensor slope, int heads)
    {
        Tensor exact = packed.detach().to(ScalarType.Float64).requires_grad_();
        (long batch, long tokens, long width) = (packed.shape[0], packed.shape[1], packed.shape[2] / 3);
        Tensor parts = exact.view(batch, tokens, 3, heads, width / heads).permute(2, 0, 3, 1, 4);
        Tensor shares = parts[0].matmul(parts[1].transpose(-1, -2)).div(Math.Sqrt(width / heads)).softmax(-1);
        Tensor output = shares.matmul(parts[2]).transpose(1, 2).reshape(batch, tokens, width);
        output.backward([slope.to(ScalarType.Float64)]);
        return (output.detach(), exact.grad!);
    }

    private static void Close(Tensor expected, Tensor actual, double limit)
    {
        Assert.Equal(expected.shape, actual.shape);
        double difference = (expected - actual.detach().to(ScalarType.Float64)).norm().item<double>();
        Assert.InRange(difference / expected.norm().item<double>(), 0, limit);
    }
}

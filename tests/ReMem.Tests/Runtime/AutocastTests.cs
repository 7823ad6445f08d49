using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Runtime;

public class AutocastTests
{
    [Fact]
    public void Products_are_bfloat16_and_gradients_reach_the_float32_weights()
    {
        using var scope = NewDisposeScope();
        Tensor weight = randn(4, 8).requires_grad_(), x = randn(3, 8);
        Tensor product;
        using (Autocast.Enter(DeviceType.CPU))
        {
            product = nn.functional.linear(x, weight);
            Assert.Equal(ScalarType.BFloat16, product.dtype);
            Assert.Equal(ScalarType.Float32, nn.functional.layer_norm(x, [8]).dtype);
        }

        product.to(ScalarType.Float32).square().sum().backward();
        Assert.Equal(ScalarType.Float32, weight.grad!.dtype);
        Tensor exact = 2 * nn.functional.linear(x, weight).t().matmul(x);
        Assert.True((weight.grad - exact).norm().item<float>() < 0.02 * exact.norm().item<float>());
    }

    [Fact]
    public void It_ends_where_it_was_entered_and_stays_on_its_thread()
    {
        Assert.False(Autocast.IsOn(DeviceType.CPU));
        using (Autocast.Enter(DeviceType.CPU))
        {
            using (Autocast.Enter(DeviceType.CPU))
                Assert.True(Autocast.IsOn(DeviceType.CPU));
            Assert.True(Autocast.IsOn(DeviceType.CPU));
            bool elsewhere = true;
            var thread = new Thread(() => elsewhere = Autocast.IsOn(DeviceType.CPU));
            thread.Start();
            thread.Join();
            Assert.False(elsewhere);
        }

        Assert.False(Autocast.IsOn(DeviceType.CPU));
    }

    [Fact]
    public void A_weight_that_changes_is_cast_again()
    {
        using var scope = NewDisposeScope();
        Tensor weight = ones(2, 2).requires_grad_(), x = ones(1, 2);
        using IDisposable section = Autocast.Enter(DeviceType.CPU);
        Assert.Equal(2, nn.functional.linear(x, weight).to(ScalarType.Float32)[0, 0].item<float>());
        using (no_grad())
            weight.fill_(3);
        Assert.Equal(6, nn.functional.linear(x, weight).to(ScalarType.Float32)[0, 0].item<float>());
    }
}

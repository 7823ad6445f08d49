using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Runtime;

/// <summary>Linear layers by oneDNN's product, where this processor has it.</summary>
public sealed class MatrixProductTests : IDisposable
{
    private readonly IDisposable _scope = NewDisposeScope();
    private readonly IDisposable _forced;

    public MatrixProductTests()
    {
        Libtorch.Load();
        _forced = KernelPath<ProductKernel>.Force(OneDnnProducts.AreRight ? ProductKernel.OneDnn : ProductKernel.Libtorch);
    }

    public void Dispose()
    {
        _forced.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(true, 24, 40, new long[] { 3, 5, 24 })]
    [InlineData(true, 200, 1, new long[] { 7, 200 })]
    [InlineData(true, 4096, 2500, new long[] { 1, 4096 })]
    [InlineData(true, 200, 576, new long[] { 2, 65, 200 })]
    [InlineData(false, 64, 1000, new long[] { 300, 64 })]
    [InlineData(true, 1, 8, new long[] { 6, 1 })]
    [InlineData(false, 64, 64, new long[] { 2, 3, 4, 64 })]
    public void Output_and_gradients_are_those_of_float64(bool hasBias, int inner, int outputs, long[] shape)
    {
        Tensor x = rand(shape).requires_grad_(), weight = rand(outputs, inner).requires_grad_();
        Tensor? bias = hasBias ? rand(outputs).requires_grad_() : null;
        Tensor before = hasBias ? bias!.detach().clone() : zeros(1);
        Tensor y = MatrixProduct.Linear(x, weight, bias), slope = rand(y.shape);
        y.backward([slope]);
        Tensor[] exact = [.. new[] { x, weight, bias }.OfType<Tensor>().Select(t => t.detach().to(ScalarType.Float64).requires_grad_())];
        Tensor expected = nn.functional.linear(exact[0], exact[1], hasBias ? exact[2] : null);
        expected.backward([slope.to(ScalarType.Float64)]);
        Close(expected, y);
        Close(exact[0].grad!, x.grad!);
        Close(exact[1].grad!, weight.grad!);
        if (!hasBias)
            return;
        Close(exact[2].grad!, bias!.grad!);
        Assert.True(Goldens.Same(before, bias.detach()));
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public void Only_the_gradients_that_are_wanted_are_there(bool ofInput, bool ofWeight, bool ofBias)
    {
        Tensor x = rand(640, 128).requires_grad_(ofInput), weight = rand(130, 128).requires_grad_(ofWeight);
        Tensor bias = rand(130).requires_grad_(ofBias);
        MatrixProduct.Linear(x, weight, bias).sum().backward();
        Assert.Equal([ofInput, ofWeight, ofBias], new[] { x, weight, bias }.Select(t => t.grad is not null));
        Assert.False(MatrixProduct.Linear(x.detach(), weight.detach(), bias.detach()).requires_grad);
        using (no_grad())
            Assert.False(MatrixProduct.Linear(x, weight, bias).requires_grad);
    }

    [Fact]
    public void A_transposed_input_and_slope_are_read_in_order()
    {
        Tensor x = rand(128, 640).t().requires_grad_(), weight = rand(130, 128).requires_grad_(), slope = rand(130, 640).t();
        Tensor y = MatrixProduct.Linear(x, weight, null);
        Close(x.detach().to(ScalarType.Float64).mm(weight.detach().to(ScalarType.Float64).t()), y);
        y.backward([slope]);
        Close(slope.to(ScalarType.Float64).t().mm(x.detach().to(ScalarType.Float64)), weight.grad!);
    }

    [Fact]
    public void Other_types_mixed_precision_and_empty_batches_are_libtorchs()
    {
        Tensor weight = rand(4, 8), exact = rand(3, 8, ScalarType.Float64);
        Assert.Equal(ScalarType.Float64, MatrixProduct.Linear(exact, weight.to(ScalarType.Float64), null).dtype);
        Assert.Equal([0, 4], MatrixProduct.Linear(zeros(0, 8), weight, null).shape);
        using (Autocast.Enter(DeviceType.CPU))
            Assert.Equal(ScalarType.BFloat16, MatrixProduct.Linear(rand(3, 8), weight, null).dtype);
    }

    [Fact]
    public void The_same_numbers_give_the_same_bits()
    {
        Tensor x = rand(999, 96), slope = rand(999, 100), weight = rand(100, 96).requires_grad_();
        (Tensor, Tensor) Step()
        {
            weight.grad = null;
            Tensor y = MatrixProduct.Linear(x, weight, null);
            y.backward([slope]);
            return (y.detach(), weight.grad!.clone());
        }

        var (first, again) = (Step(), Step());
        Assert.True(Goldens.Same(first.Item1, again.Item1));
        Assert.True(Goldens.Same(first.Item2, again.Item2));
    }

    [Fact]
    public void No_tensor_stays_behind()
    {
        Tensor x = rand(640, 128), weight = rand(130, 128).requires_grad_(), bias = rand(130).requires_grad_();
        void Step()
        {
            using DisposeScope scope = NewDisposeScope();
            MatrixProduct.Linear(x, weight, bias).sum().backward();
        }

        Step();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Step();
        Step();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        double difference = (expected.detach() - actual.detach().to(ScalarType.Float64)).norm().item<double>();
        Assert.InRange(difference / expected.norm().item<double>(), 0, 1e-5);
    }
}

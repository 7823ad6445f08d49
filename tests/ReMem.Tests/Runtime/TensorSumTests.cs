using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Runtime;

public sealed class TensorSumTests
{
    [Fact]
    public void Sums_broadcast_and_carry_gradients_as_the_operator_does()
    {
        using var scope = NewDisposeScope();
        Tensor a = tensor(new float[] { 1, 2, 3, 4 }).view(2, 2).requires_grad_(), b = tensor(new float[] { 10, 20 }).requires_grad_();
        Tensor sum = a.Plus(b);
        Assert.Equal([11f, 22, 13, 24], sum.data<float>().ToArray());
        sum.sum().backward();
        Assert.Equal([1f, 1, 1, 1], a.grad!.data<float>().ToArray());
        Assert.Equal([2f, 2], b.grad!.data<float>().ToArray());
        Assert.Equal(ScalarType.Float64, a.Plus(b.to(ScalarType.Float64)).dtype);
    }

    [Fact]
    public void In_place_it_is_the_same_tensor()
    {
        using var scope = NewDisposeScope();
        using Scalar half = 0.5;
        Tensor a = tensor(new float[] { 1, 2 });
        a.PlusInPlace(tensor(new float[] { 3, 4 })).PlusInPlace(half);
        Assert.Equal([4.5f, 6.5f], a.data<float>().ToArray());
    }
}

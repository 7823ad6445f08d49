using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Runtime;

public sealed class TensorMathTests
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

    [Fact]
    public void Numbers_are_taken_as_torch_takes_them()
    {
        using var scope = NewDisposeScope();
        using Scalar half = 0.5;
        Tensor a = tensor(new float[] { -2, 0.25f, 3 }).requires_grad_();
        Assert.Equal([-1.5f, 0.75f, 3.5f], a.Plus(half).data<float>().ToArray());
        Assert.Equal([4f, 0.0625f, 9], a.Squared().data<float>().ToArray());
        Assert.Equal([0.5f, 0.5f, 3], a.AtLeast(0.5).data<float>().ToArray());
        Assert.Equal([0f, 0.25f, 1], a.Within(0, 1).data<float>().ToArray());
        Assert.Equal([true, true, false], a.Below(3).data<bool>().ToArray());
        Assert.Equal([-6f, 0.75f, 9], a.detach().clone().TimesInPlace(3).data<float>().ToArray());
        Assert.Equal([0L, 1, 2, 3], TensorMath.Numbers(4).data<long>().ToArray());
        Assert.Equal([0.1, 0.1], TensorMath.Repeated(0.1, 2, ScalarType.Float64).data<double>().ToArray());
        Assert.Equal((0L, ScalarType.Float32), (TensorMath.Numbers(0).numel(), TensorMath.Repeated(1, 1).dtype));
        a.Squared().sum().backward();
        Assert.Equal([-4f, 0.5f, 6], a.grad!.data<float>().ToArray());
    }
}

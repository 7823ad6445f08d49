using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Tests.Runtime;

public sealed class ConvolutionReferenceTests
{
    /// <summary>libtorch's float64 convolution takes another path than its float32 ones, and its gradients come from autograd.</summary>
    [Theory]
    [InlineData(6, 8, 1, 1, 0, 1)]
    [InlineData(6, 8, 1, 2, 0, 1)]
    [InlineData(6, 8, 3, 2, 1, 2)]
    [InlineData(6, 6, 5, 1, 2, 6)]
    [InlineData(4, 6, 4, 4, 0, 1)]
    public void Projections_are_those_of_the_whole_result(int from, int to, int kernel, int stride, int padding, int groups)
    {
        using var scope = NewDisposeScope();
        const int Batch = 2, Height = 9, Width = 8;
        var reference = new ConvolutionReference(Batch, Height, Width, from, to, kernel, stride, padding, groups);
        double[] x = KernelNumbers.Doubles(Batch * Height * Width * from, 1),
            w = KernelNumbers.Doubles(to * from / groups * kernel * kernel, 2);
        double[] b = KernelNumbers.Doubles(to, 3), u = KernelNumbers.Doubles(to, 4), v = KernelNumbers.Doubles(from, 5);
        Tensor input = tensor(x, [Batch, Height, Width, from]).permute(0, 3, 1, 2).requires_grad_(true),
            weight = tensor(w, [to, from / groups, kernel, kernel]).requires_grad_(true);
        Tensor output = nn.functional.conv2d(input, weight, tensor(b), strides: [stride, stride], padding: [padding, padding],
            groups: groups);
        Assert.Equal([Batch, to, reference.OutHeight, reference.OutWidth], output.shape);
        double[] dy = KernelNumbers.Doubles((int)output.numel(), 6);
        output.backward([tensor(dy, [Batch, reference.OutHeight, reference.OutWidth, to]).permute(0, 3, 1, 2)]);

        Close(Grouped(output.detach().permute(0, 2, 3, 1), u, groups), reference.Forward(x, w, u, b));
        Close(Grouped(input.grad!.permute(0, 2, 3, 1), v, groups), reference.InputGradient(dy, w, v));
        // [O, C / G, k, k] to [k, k, G, C / G].
        Tensor weighted = weight.grad!.mul(tensor(u).view(to, 1, 1, 1)).view(groups, to / groups, from / groups, kernel, kernel).sum(1)
            .permute(2, 3, 0, 1);
        Close(Doubles(weighted), reference.WeightGradient(x, dy, u));
        Close(Doubles(weight.detach().mul(tensor(u).view(to, 1, 1, 1)).view(groups, to / groups, from / groups, kernel, kernel).sum(1)
            .permute(2, 3, 0, 1)), reference.ProjectOutputs(w, u));
    }

    private static double[] Grouped(Tensor values, double[] weights, int groups)
    {
        Tensor weighted = values.mul(tensor(weights));
        return Doubles(weighted.reshape([.. values.shape[..3], groups, weights.Length / groups]).sum(-1));
    }

    private static double[] Doubles(Tensor values) => values.contiguous().data<double>().ToArray();

    private static void Close(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-10);
    }
}

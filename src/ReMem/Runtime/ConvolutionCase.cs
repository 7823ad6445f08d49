using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>A convolution, forward and both gradients.</summary>
/// <param name="In">Channels before it.</param>
/// <param name="Out">Channels after it.</param>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Stride">Of rows and columns.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Batch">Images.</param>
/// <param name="Side">Rows and columns of the input.</param>
/// <param name="ChannelsLast">The memory layout: channels-last or contiguous.</param>
/// <param name="Bf16">Under bf16 autocast rather than in float32.</param>
internal sealed record ConvolutionCase(int In, int Out, int Kernel, int Stride, int Groups, int Batch, int Side, bool ChannelsLast, bool Bf16 = false)
    : KernelCase(Describe(In, Out, Kernel, Stride, Groups, Batch, Side, ChannelsLast, Bf16), Bf16)
{
    private int Padding => Stride == Kernel ? 0 : Kernel / 2;

    /// <inheritdoc/>
    protected override double Compare()
    {
        var reference = new ConvolutionReference(Batch, Side, Side, In, Out, Kernel, Stride, Padding, Groups);
        double[] x = KernelNumbers.Doubles(Batch * Side * Side * In, In), w = KernelNumbers.Doubles(Out * (In / Groups) * Kernel * Kernel, Out + 1);
        double[] b = KernelNumbers.Doubles(Out, 3), u = KernelNumbers.Doubles(Out, 5), v = KernelNumbers.Doubles(In, 7);
        double[] dy = KernelNumbers.Doubles(Batch * reference.OutHeight * reference.OutWidth * Out, Out + 11);

        Tensor input = KernelNumbers.ToTensor(x, Batch, Side, Side, In).permute(0, 3, 1, 2);
        Tensor given = KernelNumbers.ToTensor(dy, Batch, reference.OutHeight, reference.OutWidth, Out).permute(0, 3, 1, 2);
        if (!ChannelsLast)
            (input, given) = (input.contiguous(), given.contiguous());
        input.requires_grad_(true);
        Tensor weight = KernelNumbers.ToTensor(w, Out, In / Groups, Kernel, Kernel).requires_grad_(true);
        Tensor bias = KernelNumbers.ToTensor(b, Out).requires_grad_(true);
        Tensor output = Compute(input, weight, bias);
        output.backward([given.to(output.dtype)]);
        using (no_grad())
        {
            using Tensor again = Compute(input, weight, bias);
            if (!Same(output, again))
                return double.PositiveInfinity;
        }

        double forward = Relative(reference.Sums(Values(output.permute(0, 2, 3, 1)), u), reference.Forward(x, w, u, b));
        double toInput = Relative(reference.InputSums(Values(input.grad!.permute(0, 2, 3, 1)), v), reference.InputGradient(dy, w, v));
        double toWeight = Relative(reference.ProjectOutputs(Values(weight.grad!), u), reference.WeightGradient(x, dy, u));
        double[] sums = new double[Out];
        for (int i = 0; i < dy.Length; i++)
            sums[i % Out] += dy[i];
        double toBias = Relative(Values(bias.grad!), sums);
        return Math.Max(Math.Max(forward, toInput), Math.Max(toWeight, toBias));
    }

    /// <summary>By the kernel that models take for it, or by the one that is named.</summary>
    private Tensor Compute(Tensor x, Tensor weight, Tensor bias) => Kernel == 1 && Groups == 1 && PointwisePath.Current == PointwiseKernel.Product
        ? PointwiseProduct.Of(x, weight, bias, Stride)
        : nn.functional.conv2d(x, weight, bias, strides: [Stride, Stride], padding: [Padding, Padding], groups: Groups);

    private static string Describe(int from, int to, int kernel, int stride, int groups, int batch, int side, bool channelsLast, bool bf16)
    {
        string kind = groups == 1 ? string.Empty : groups == from ? "depthwise " : $"{groups} groups ";
        return $"{kind}convolution {kernel}x{kernel} {from}->{to}, stride {stride}, batch {batch}, {side} px, {(channelsLast ? "channels-last" : "contiguous")}, {(bf16 ? "bf16" : "float32")}";
    }
}

using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>A convolution, forward and both gradients.</summary>
/// <param name="In">Channels before it.</param>
/// <param name="Out">Channels after it.</param>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Stride">Stride of rows and columns.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Batch">Images.</param>
/// <param name="Side">Rows and columns of the input.</param>
/// <param name="ChannelsLast">The memory layout: channels-last or contiguous.</param>
/// <param name="Bf16">Under bf16 autocast rather than in float32.</param>
internal sealed record ConvolutionCase(int In, int Out, int Kernel, int Stride, int Groups, int Batch, int Side, bool ChannelsLast,
    bool Bf16 = false)
    : KernelCase(Describe(In, Out, Kernel, Stride, Groups, Batch, Side, ChannelsLast, Bf16), Bf16)
{
    private int Padding => Stride == Kernel ? 0 : Kernel / 2;

    /// <inheritdoc/>
    protected override Func<double> Expect()
    {
        var reference = new ConvolutionReference(Batch, Side, Side, In, Out, Kernel, Stride, Padding, Groups);
        double[] x = KernelNumbers.Doubles(Batch * Side * Side * In, In);
        double[] w = KernelNumbers.Doubles(Out * (In / Groups) * Kernel * Kernel, Out + 1);
        double[] b = KernelNumbers.Doubles(Out, 3), u = KernelNumbers.Doubles(Out, 5), v = KernelNumbers.Doubles(In, 7);
        double[] dy = KernelNumbers.Doubles(Batch * reference.OutHeight * reference.OutWidth * Out, Out + 11);
        double[] forward = reference.Forward(x, w, u, b);
        double[] toInput = reference.InputGradient(dy, w, v);
        double[] toWeight = reference.WeightGradient(x, dy, u);
        double[] toBias = new double[Out];
        for (int i = 0; i < dy.Length; i++)
            toBias[i % Out] += dy[i];

        return () =>
        {
            if (Computed(reference, x, w, b, dy) is not { } computed)
                return double.PositiveInfinity;
            double result = Relative(reference.Sums(computed.Output, u), forward);
            double input = Relative(reference.InputSums(computed.ToInput, v), toInput);
            double weight = Relative(reference.ProjectOutputs(computed.ToWeight, u), toWeight);
            return Math.Max(Math.Max(result, input), Math.Max(weight, Relative(computed.ToBias, toBias)));
        };
    }

    /// <summary>libtorch's output and gradients, channels last; null where the output differs when it is computed again.</summary>
    private (double[] Output, double[] ToInput, double[] ToWeight, double[] ToBias)? Computed(
        ConvolutionReference reference, double[] x, double[] w, double[] b, double[] dy)
    {
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
                return null;
        }

        return (Values(output.permute(0, 2, 3, 1)), Values(input.grad!.permute(0, 2, 3, 1)), Values(weight.grad!), Values(bias.grad!));
    }

    /// <summary>With the kernel that models use for it, or with the given one.</summary>
    private Tensor Compute(Tensor x, Tensor weight, Tensor bias) =>
        Kernel == 1 && Groups == 1 && KernelPath<ConvolutionKernel>.Current == ConvolutionKernel.Product
        ? PointwiseProduct.Of(x, weight, bias, Stride)
        : SpatialKernels.Convolve(x, weight, bias, Stride, Padding, Groups);

    private static string Describe(int from, int to, int kernel, int stride, int groups, int batch, int side, bool channelsLast, bool bf16)
    {
        string kind = groups == 1 ? string.Empty : groups == from ? "depthwise " : $"{groups} groups ";
        return $"{kind}convolution {kernel}x{kernel} {from}->{to}, stride {stride}, batch {batch}, {side} px, "
            + $"{(channelsLast ? "channels-last" : "contiguous")}, {(bf16 ? "bf16" : "float32")}";
    }
}

using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models.Layers;

/// <summary>
/// A convolution with a kernel larger than 1x1, or with groups: TorchSharp's Conv2d, with the same names, shapes and first values, whose
/// input is laid out as <see cref="KernelPath{T}"/> demands.
/// </summary>
internal sealed class SpatialConvolution : Convolution
{
    private readonly long _stride;
    private readonly long _padding;

    /// <summary>Makes a layer with PyTorch's initialisation; the arguments are those of <see cref="Convolutions.Make"/>.</summary>
    public SpatialConvolution(long channels, long outputs, long kernel, long stride, long padding, long groups, bool bias)
        : base(
            nameof(Conv2d),
            channels,
            outputs,
            kernel_size: [kernel, kernel],
            stride: [stride, stride],
            padding: [padding, padding],
            padding_type: null,
            dilation: [1, 1],
            transposed: false,
            output_padding: [0, 0],
            groups,
            bias,
            PaddingModes.Zeros)
    {
        _stride = stride;
        _padding = padding;
    }

    /// <summary>[B, in, H, W] to [B, out, P, Q].</summary>
    public override Tensor forward(Tensor x) => SpatialKernels.Convolve(x, weight!, bias, _stride, _padding, groups);
}

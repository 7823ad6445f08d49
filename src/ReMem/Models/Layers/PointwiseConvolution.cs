using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models.Layers;

/// <summary>
/// A 1x1 convolution of one group, with the names and shapes of a Conv2d's tensors: weight [out, in, 1, 1] and bias [out]. On a CPU it is
/// computed by the kernel that <see cref="KernelPath{T}"/> names, since libtorch's own is wrong on some processors.
/// </summary>
internal sealed class PointwiseConvolution : Convolution
{
    private readonly long _stride;

    /// <summary>Makes a layer with PyTorch's initialisation.</summary>
    public PointwiseConvolution(long channels, long outputs, long stride = 1, bool bias = true)
        : base(
            nameof(Conv2d),
            channels,
            outputs,
            kernel_size: [1, 1],
            stride: [stride, stride],
            padding: [0, 0],
            padding_type: null,
            dilation: [1, 1],
            transposed: false,
            output_padding: [0, 0],
            groups: 1,
            bias,
            PaddingModes.Zeros)
    {
        _stride = stride;
    }

    /// <summary>[B, in, H, W] to [B, out, H / stride, W / stride], rounded up.</summary>
    public override Tensor forward(Tensor x)
    {
        if (x.dim() != 4 || x.shape[1] != in_channels)
        {
            throw new ArgumentException(
                $"A 1x1 convolution of {in_channels} channels does not take the shape [{string.Join(", ", x.shape)}].", nameof(x));
        }

        return KernelPath<ConvolutionKernel>.Current == ConvolutionKernel.Product && x.device_type == DeviceType.CPU
            ? PointwiseProduct.Of(x, weight!, bias, _stride)
            : nn.functional.conv2d(x, weight!, bias, stride, padding, dilation, groups);
    }
}

using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>
/// A 1x1 convolution of one group, with the names and shapes of a Conv2d's tensors: weight [out, in, 1, 1] and bias [out]. On a CPU it is
/// computed by the kernel that <see cref="PointwisePath"/> names, for libtorch's own is wrong on some processors.
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
                $"A 1x1 convolution of {in_channels} channels takes no tensor of the shape [{string.Join(", ", x.shape)}].", nameof(x));
        }

        return PointwisePath.Current == PointwiseKernel.Product && x.device_type == DeviceType.CPU
            ? Product(x, weight!, bias, _stride)
            : nn.functional.conv2d(x, weight!, bias, stride, padding, dilation, groups);
    }

    /// <summary>
    /// The convolution as a product of matrices, one row a pixel. Neither a channels-last input nor the output, which is channels-last, is
    /// copied, nor are their gradients; with a stride, the pixels that count are, once. An input of another layout is copied into this one.
    /// </summary>
    /// <param name="x">[B, in, H, W].</param>
    /// <param name="weight">[out, in, 1, 1].</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="stride">In both directions.</param>
    internal static Tensor Product(Tensor x, Tensor weight, Tensor? bias, long stride)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pixels = x.permute(0, 2, 3, 1);

        // In this order of dimensions: the gradient of a slice is made contiguous, which here is channels-last.
        if (stride > 1)
            pixels = pixels.slice(1, 0, long.MaxValue, stride).slice(2, 0, long.MaxValue, stride);
        long[] shape = pixels.shape;
        long outputs = weight.shape[0];
        Tensor rows = nn.functional.linear(pixels.reshape(shape[0] * shape[1] * shape[2], shape[3]), weight.view(outputs, shape[3]), bias);
        return rows.view(shape[0], shape[1], shape[2], outputs).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}

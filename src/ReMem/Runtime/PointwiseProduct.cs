using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>A 1x1 convolution of one group without convolution kernels.</summary>
internal static class PointwiseProduct
{
    /// <summary>
    /// The convolution as a matrix product, one row per pixel. Neither a channels-last input nor the output, which is channels-last, is
    /// copied, nor are their gradients; with a stride, the pixels that are used are copied once. An input of another layout is copied into
    /// this one.
    /// </summary>
    /// <param name="x">[B, in, H, W].</param>
    /// <param name="weight">[out, in, 1, 1].</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="stride">Stride in both directions.</param>
    public static Tensor Of(Tensor x, Tensor weight, Tensor? bias, long stride)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pixels = x.permute(0, 2, 3, 1);

        // In this order of dimensions: the gradient of a slice is made contiguous, which here is channels-last.
        if (stride > 1)
            pixels = pixels.slice(1, 0, long.MaxValue, stride).slice(2, 0, long.MaxValue, stride);
        long[] shape = pixels.shape;
        long outputs = weight.shape[0];
        Tensor rows = MatrixProduct.Linear(pixels.reshape(shape[0] * shape[1] * shape[2], shape[3]), weight.view(outputs, shape[3]), bias);
        return rows.view(shape[0], shape[1], shape[2], outputs).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}

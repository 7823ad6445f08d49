using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>A convolution whose stride is the side of its kernel, without convolution kernels: a product of patches and weights.</summary>
internal static class PatchProduct
{
    /// <summary>
    /// The convolution as a matrix product, one row per patch; rows and columns beyond the last whole patch are not read.
    /// </summary>
    /// <param name="x">[B, C, H, W].</param>
    /// <param name="weight">[O, C, k, k].</param>
    /// <param name="bias">[O], or null.</param>
    /// <returns>[B, O, H / k, W / k], channels-last.</returns>
    public static Tensor Of(Tensor x, Tensor weight, Tensor? bias)
    {
        using DisposeScope scope = NewDisposeScope();
        long side = weight.shape[2], channels = weight.shape[1], outputs = weight.shape[0];
        long batch = x.shape[0], rows = x.shape[2] / side, columns = x.shape[3] / side;
        Tensor whole = x.shape[2] == rows * side && x.shape[3] == columns * side
            ? x
            : x.narrow(2, 0, rows * side).narrow(3, 0, columns * side);
        Tensor parts = whole.reshape(batch, channels, rows, side, columns, side);

        // A patch's numbers in the order of memory, so that copying it reads whole runs.
        bool isChannelsLast = channels > 1 && x.stride(1) == 1;
        Tensor patches = isChannelsLast ? parts.permute(0, 2, 4, 3, 5, 1) : parts.permute(0, 2, 4, 1, 3, 5);
        Tensor kernels = isChannelsLast ? weight.permute(0, 2, 3, 1) : weight;
        Tensor products = MatrixProduct.Linear(
            patches.reshape(batch * rows * columns, channels * side * side), kernels.reshape(outputs, channels * side * side), bias);
        return products.view(batch, rows, columns, outputs).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}

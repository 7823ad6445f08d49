using TorchSharp.Modules;

namespace ReMem.Models.Layers;

/// <summary>
/// Creates every convolution of the library, so that each is a <see cref="PointwiseConvolution"/> or a <see cref="SpatialConvolution"/>; a
/// test searches for others.
/// </summary>
internal static class Convolutions
{
    /// <summary>Makes a layer [B, C, H, W] to [B, outputs, ...], with PyTorch's initialisation.</summary>
    /// <param name="channels">C.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="kernel">Side of the kernel.</param>
    /// <param name="stride">In both directions.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="groups">1, or C for a depthwise convolution.</param>
    /// <param name="bias">Whether it has one.</param>
    public static Convolution Make(
        long channels, long outputs, long kernel, long stride = 1, long padding = 0, long groups = 1, bool bias = true) =>
        kernel == 1 && padding == 0 && groups == 1
            ? new PointwiseConvolution(channels, outputs, stride, bias)
            : new SpatialConvolution(channels, outputs, kernel, stride, padding, groups, bias);
}

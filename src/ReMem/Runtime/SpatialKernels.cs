using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>
/// Convolutions of larger kernels than 1x1, and of groups, as <see cref="KernelPath{T}"/> demands. Where 1x1 convolutions are products,
/// those of patches are too, and the others avoid what oneDNN 3.7.1 computes wrongly with AVX-512 on some processors (AMD family 26):
/// contiguous tensors, which become channels-last, and strided depthwise convolutions in bf16, which stay in float32.
/// </summary>
internal static class SpatialKernels
{
    /// <summary>The convolution [B, C, H, W] to [B, O, P, Q].</summary>
    /// <param name="x">[B, C, H, W].</param>
    /// <param name="weight">[O, C / groups, k, k].</param>
    /// <param name="bias">[O], or null.</param>
    /// <param name="stride">Stride in both directions.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="groups">Groups of channels.</param>
    public static Tensor Convolve(Tensor x, Tensor weight, Tensor? bias, long stride, long padding, long groups)
    {
        if (KernelPath<ConvolutionKernel>.Current != ConvolutionKernel.Product || x.device_type != DeviceType.CPU || x.dim() != 4)
            return Plain(x, weight, bias, stride, padding, groups);
        bool isOfPatches = groups == 1 && padding == 0 && stride == weight.shape[2] && stride == weight.shape[3];
        // What does not fit is for libtorch to refuse.
        if (isOfPatches && x.shape[1] == weight.shape[1] && x.shape[2] >= stride && x.shape[3] >= stride)
            return PatchProduct.Of(x, weight, bias);
        using DisposeScope scope = NewDisposeScope();
        Tensor input = x.ChannelsLast();
        using IDisposable? exact = groups > 1 && stride > 1 ? Autocast.Suspend(DeviceType.CPU) : null;
        return Plain(exact is null ? input : input.to(weight.dtype), weight, bias, stride, padding, groups).MoveToOuterDisposeScope();
    }

    private static Tensor Plain(Tensor x, Tensor weight, Tensor? bias, long stride, long padding, long groups) =>
        nn.functional.conv2d(x, weight, bias, [stride, stride], [padding, padding], groups: groups);
}

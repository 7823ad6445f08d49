using System.Runtime.InteropServices;
using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models.Layers;

/// <summary>
/// The linear layers of the transformers' blocks, by the fastest kernel that is right here: oneDNN's matrix product where
/// <see cref="KernelPath{T}"/> names it. Else, without gradients, on an x64 CPU, a product is computed as a convolution of single pixels:
/// libtorch computes those with oneDNN, and plain products with MKL, which needs extra passes for the bias and for packing its input.
/// </summary>
/// <remarks>
/// On an AMD EPYC a convolution takes 0.6 to 0.98 of the time, by shape; with a backward pass the two are equally fast, so that training
/// uses the plain product. Where 1x1 convolutions are avoided, every product is a plain one.
/// </remarks>
internal static class LinearProduct
{
    /// <summary>
    /// The layer's output, [..., C] to [..., D]. The layer's own hooks are called only where libtorch computes the plain product.
    /// </summary>
    public static Tensor Project(this Linear layer, Tensor x) =>
        ServesConvolution(x) || MatrixProduct.Serves(x, layer.weight!) ? Of(x, layer.weight!, layer.bias) : layer.call(x);

    /// <summary>x W' + b, [..., C] to [..., D].</summary>
    public static Tensor Of(Tensor x, Tensor weight, Tensor? bias) =>
        ServesConvolution(x) ? AsConvolution(x, weight, bias) : MatrixProduct.Linear(x, weight, bias);

    private static bool ServesConvolution(Tensor x) =>
        KernelPath<ConvolutionKernel>.Current == ConvolutionKernel.Libtorch
        && !is_grad_enabled()
        && x.device_type == DeviceType.CPU
        && x.dtype is ScalarType.Float32 or ScalarType.BFloat16
        && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    private static Tensor AsConvolution(Tensor x, Tensor weight, Tensor? bias)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pixels = x.reshape(1, -1, 1, weight.shape[1]).permute(0, 3, 1, 2);
        Tensor product = nn.functional.conv2d(pixels, weight.view(weight.shape[0], weight.shape[1], 1, 1), bias);
        return product.permute(0, 2, 3, 1).reshape([.. x.shape[..^1], weight.shape[0]]).MoveToOuterDisposeScope();
    }
}

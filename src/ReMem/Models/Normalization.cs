using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ReMem.Data.Pixels;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>The channel statistics that a model's input is normalised with.</summary>
/// <param name="Mean">Per channel, of pixels in [0, 1].</param>
/// <param name="Std">Per channel, of pixels in [0, 1].</param>
public sealed record Normalization(IReadOnlyList<double> Mean, IReadOnlyList<double> Std)
{
    /// <summary>ImageNet's, as timm's IMAGENET_DEFAULT_MEAN and IMAGENET_DEFAULT_STD.</summary>
    public static Normalization ImageNet { get; } = new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    /// <summary>0.5 everywhere, as timm's IMAGENET_INCEPTION_MEAN and IMAGENET_INCEPTION_STD.</summary>
    public static Normalization Half { get; } = new([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);

    /// <summary>CLIP's, as timm's OPENAI_CLIP_MEAN and OPENAI_CLIP_STD.</summary>
    public static Normalization Clip { get; } = new([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]);

    /// <summary>uint8 images [B, 3, H, W] to normalised float32 of the same shape.</summary>
    public Tensor Apply(Tensor images)
    {
        if (Vector256.IsHardwareAccelerated && images.device_type == DeviceType.CPU && images.dtype == ScalarType.Byte
            && images.is_contiguous()
            && images.shape is [_, 3, _, _] && images.numel() is > 0 and < int.MaxValue / sizeof(float))
        {
            return ApplyInOnePass(images);
        }

        using DisposeScope scope = NewDisposeScope();
        (Tensor scale, Tensor shift) = Affine(images.device);
        using Scalar one = 1;
        return torch.addcmul(shift, images.to(ScalarType.Float32), scale, one).MoveToOuterDisposeScope();
    }

    /// <summary>The same numbers in one pass: PyTorch would write the pixels as floats first.</summary>
    private Tensor ApplyInOnePass(Tensor images)
    {
        Tensor result = empty(images.shape, ScalarType.Float32);
        ReadOnlySpan<byte> from = images.bytes;
        Span<float> into = MemoryMarshal.Cast<byte, float>(result.bytes);
        int plane = (int)(images.shape[2] * images.shape[3]);
        for (int at = 0, channel = 0; at < from.Length; at += plane, channel = (channel + 1) % 3)
            PixelScaling.Fill(from.Slice(at, plane), into.Slice(at, plane), Mean[channel], Std[channel]);
        return result;
    }

    /// <summary>The factor and the offset for pixels in [0, 255], float32 [1, 3, 1, 1] each.</summary>
    internal (Tensor Scale, Tensor Shift) Affine(Device device) => (
        tensor(Std.Select(s => (float)(1 / (255 * s))).ToArray(), device: device).view(1, 3, 1, 1),
        tensor(Mean.Zip(Std, (m, s) => (float)(-m / s)).ToArray(), device: device).view(1, 3, 1, 1));
}

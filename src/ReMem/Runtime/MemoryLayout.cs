using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>The memory layout of image tensors.</summary>
internal static class MemoryLayout
{
    /// <summary>
    /// The same values [B, C, H, W] in channels-last layout. Convolutions, norms and activations keep that layout, and run up
    /// to twice as fast in it on a CPU, depthwise ones above all. TorchSharp binds no memory format;
    /// a transposed copy has the same strides.
    /// </summary>
    public static Tensor ChannelsLast(this Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pixels = images.permute(0, 2, 3, 1).contiguous();
        long channels = pixels.shape[3];

        // A single pixel is contiguous in either layout, and libtorch tells the two apart by the strides that it does not use.
        Tensor result = pixels.shape[1] * pixels.shape[2] == 1 && channels > 1
            ? pixels.as_strided([pixels.shape[0], channels, 1, 1], [channels, 1, channels, channels], pixels.storage_offset())
            : pixels.permute(0, 3, 1, 2);
        return result.MoveToOuterDisposeScope();
    }
}

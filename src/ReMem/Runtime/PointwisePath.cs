namespace ReMem.Runtime;

/// <summary>How 1x1 convolutions on channels-last tensors are computed.</summary>
internal static class PointwisePath
{
    /// <summary>Whether as matrix products rather than by libtorch's convolution.</summary>
    public static bool Products { get; set; }
}

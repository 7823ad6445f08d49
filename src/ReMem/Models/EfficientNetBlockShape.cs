using ReMem.Models.Layers;

namespace ReMem.Models;

/// <summary>One block of the EfficientNet family.</summary>
/// <param name="Type">Its chain of layers.</param>
/// <param name="Kernel">Side of its spatial convolution; 0 for a universal inverted residual without one after the expansion.</param>
/// <param name="Stride">Stride of that convolution, 1 or 2.</param>
/// <param name="Expansion">Hidden channels as a multiple of the input's, rounded to 8.</param>
/// <param name="Out">Output channels.</param>
internal sealed record EfficientNetBlockShape(EfficientNetBlockType Type, int Kernel, int Stride, double Expansion, int Out)
{
    /// <summary>Side of a universal inverted residual's depthwise convolution before the expansion; 0, the default, is none.</summary>
    public int StartKernel { get; init; }

    /// <summary>
    /// Squeeze-excitation's channels, as a share (see <see cref="EfficientNetStyle.MobileSqueeze"/>), in (0, 1]; 0, the default, is no
    /// squeeze.
    /// </summary>
    public double SqueezeRatio { get; init; }

    /// <summary>Activation instead of the network's; null, the default, is the network's.</summary>
    public Activation? Activation { get; init; }

    /// <summary>Whether the input is added to the output where stride and channels allow it. Default true.</summary>
    public bool Skip { get; init; } = true;
}

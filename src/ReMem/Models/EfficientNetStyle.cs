using ReMem.Models.Layers;

namespace ReMem.Models;

/// <summary>The settings shared by the layers of a network.</summary>
/// <param name="Activation">Activation of stem, head and blocks' inner layers.</param>
internal sealed record EfficientNetStyle(Activation Activation)
{
    /// <summary>Epsilon of the batch norms. Default 1e-5.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>
    /// Strided convolutions are padded as TensorFlow's SAME: the odd pixel goes right and below. Default false: k / 2 on all sides.
    /// </summary>
    public bool SamePadding { get; init; }

    /// <summary>
    /// Squeeze-excitation as MobileNetV3's: a share of the hidden channels, rounded to 8, ReLU and hard sigmoid. Default false: as
    /// EfficientNet's, a share of the block's input channels, the block's activation and sigmoid.
    /// </summary>
    public bool MobileSqueeze { get; init; }
}

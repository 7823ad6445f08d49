namespace ReMem.Models.Layers;

/// <summary>The activations of convolutional networks.</summary>
internal enum Activation
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>min(max(x, 0), 6) (MobileNetV2).</summary>
    Relu6,

    /// <summary>x sigmoid(x), also called swish (EfficientNet).</summary>
    Silu,

    /// <summary>x relu6(x + 3) / 6 (MobileNetV3).</summary>
    HardSwish,
}

namespace ReMem.Models;

/// <summary>The form of a network's head.</summary>
internal enum EfficientNetHead
{
    /// <summary>conv_head, bn2 and activation, then pooling (MobileNetV2, EfficientNet).</summary>
    ConvThenPool,

    /// <summary>Pooling, then conv_head with a bias and activation (Howard 2019, MobileNetV3).</summary>
    PoolThenConv,

    /// <summary>Pooling, then conv_head, norm_head and activation (MobileNetV4).</summary>
    PoolThenConvNorm,
}

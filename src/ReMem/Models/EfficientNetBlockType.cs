namespace ReMem.Models;

/// <summary>timm's block types of the EfficientNet family.</summary>
internal enum EfficientNetBlockType
{
    /// <summary>One convolution with norm and activation (timm's "cn").</summary>
    ConvBnAct,

    /// <summary>Depthwise convolution, then a pointwise one (MobileNetV1; "ds").</summary>
    DepthwiseSeparableConv,

    /// <summary>Pointwise expansion, depthwise convolution, pointwise projection (Sandler 2018; "ir").</summary>
    InvertedResidual,

    /// <summary>Expansion by a full convolution, pointwise projection (fused MBConv, Tan 2021; "er").</summary>
    EdgeResidual,

    /// <summary>An inverted residual with optional depthwise convolutions before and after the expansion (Qin 2024; "uir").</summary>
    UniversalInvertedResidual,
}

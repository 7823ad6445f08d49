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

/// <summary>How a network ends.</summary>
internal enum EfficientNetHead
{
    /// <summary>conv_head, bn2 and activation, then pooling (MobileNetV2, EfficientNet).</summary>
    ConvThenPool,

    /// <summary>Pooling, then conv_head with a bias and activation (Howard 2019, MobileNetV3).</summary>
    PoolThenConv,

    /// <summary>Pooling, then conv_head, norm_head and activation (MobileNetV4).</summary>
    PoolThenConvNorm,
}

/// <summary>One block of the EfficientNet family.</summary>
/// <param name="Type">Which chain of layers it is.</param>
/// <param name="Kernel">Side of its spatial convolution; 0 is a universal inverted residual without one after the expansion.</param>
/// <param name="Stride">Of that convolution, 1 or 2.</param>
/// <param name="Expansion">Hidden channels as a multiple of the input's, rounded to 8.</param>
/// <param name="Out">Channels after it.</param>
internal sealed record EfficientNetBlockShape(EfficientNetBlockType Type, int Kernel, int Stride, double Expansion, int Out)
{
    /// <summary>Side of a universal inverted residual's depthwise convolution before the expansion; 0, the default, is none.</summary>
    public int StartKernel { get; init; }

    /// <summary>Channels that squeeze-excitation keeps (<see cref="EfficientNetStyle.MobileSqueeze"/>), in (0, 1]; 0, the default, is no squeeze.</summary>
    public double SqueezeRatio { get; init; }

    /// <summary>Instead of the network's activation.</summary>
    public Activation? Activation { get; init; }

    /// <summary>Whether the input is added to the output where stride and channels allow it. Default true.</summary>
    public bool Skip { get; init; } = true;
}

/// <summary>What the layers of one network have in common.</summary>
/// <param name="Activation">After stem, head and blocks' inner layers.</param>
internal sealed record EfficientNetStyle(Activation Activation)
{
    /// <summary>Of the batch norms. Default 1e-5.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Strided convolutions are padded as TensorFlow's SAME: the odd pixel goes right and below. Default false: k / 2 on all sides.</summary>
    public bool SamePadding { get; init; }

    /// <summary>
    /// Squeeze-excitation as MobileNetV3's: a share of the hidden channels, rounded to 8, ReLU and hard sigmoid. Default false: as EfficientNet's, a
    /// share of the block's input channels, the block's activation and sigmoid.
    /// </summary>
    public bool MobileSqueeze { get; init; }
}

/// <summary>The numbers that make a network of the EfficientNet family.</summary>
/// <param name="StemWidth">Channels after the stem.</param>
/// <param name="NumFeatures">Channels of the head.</param>
/// <param name="Head">How it ends.</param>
/// <param name="Style">What its layers have in common.</param>
/// <param name="Stages">Blocks by stage.</param>
internal sealed record EfficientNetShape(
    int StemWidth, int NumFeatures, EfficientNetHead Head, EfficientNetStyle Style, IReadOnlyList<IReadOnlyList<EfficientNetBlockShape>> Stages)
    : ICountedShape
{
    /// <summary>The first layer.</summary>
    internal ConvNormShape StemLayer => new("conv_stem", "bn1", StemWidth, 3, 2, Depthwise: false, Activated: true);

    /// <summary>The layer before the classifier.</summary>
    internal ConvNormShape HeadLayer => new(
        "conv_head",
        Head switch { EfficientNetHead.ConvThenPool => "bn2", EfficientNetHead.PoolThenConvNorm => "norm_head", _ => null },
        NumFeatures,
        1,
        1,
        Depthwise: false,
        Activated: true);

    /// <summary>The multiple of 8 nearest to a width, or the next one where that is under 90 % of it (Howard 2017).</summary>
    internal static int MakeDivisible(double channels)
    {
        int rounded = Math.Max(8, (int)(channels + 4) / 8 * 8);
        return rounded < 0.9 * channels ? rounded + 8 : rounded;
    }

    /// <inheritdoc/>
    ModelStatistics ICountedShape.Count(int imageSize, int classes)
    {
        var layers = new LayerCount(imageSize);
        CountLayer(layers, 3, StemLayer);
        int channels = StemWidth;
        foreach (EfficientNetBlockShape block in Stages.SelectMany(stage => stage))
        {
            ConvNormShape[] chain = EfficientNetBlock.Chain(channels, block);
            int width = channels;
            for (int i = 0; i < chain.Length; i++)
            {
                if (block.SqueezeRatio > 0 && i == chain.Length - 1)
                    layers.Squeeze(width, EfficientNetBlock.Squeezed(width, block, Style));
                CountLayer(layers, width, chain[i]);
                width = chain[i].Out;
            }

            channels = block.Out;
        }

        if (Head != EfficientNetHead.ConvThenPool)
            layers.PoolAll();
        CountLayer(layers, channels, HeadLayer);
        layers.PoolAll();
        layers.Linear(NumFeatures, classes);
        return layers.Statistics;
    }

    private void CountLayer(LayerCount layers, int channels, ConvNormShape layer)
    {
        int? padding = Style.SamePadding && layer.Stride > 1 ? null : layer.Kernel / 2;
        layers.Conv(channels, layer.Out, layer.Kernel, layer.Stride, padding, layer.Depthwise ? channels : 1, bias: layer.Norm is null);
        if (layer.Norm is not null)
            layers.Norm(layer.Out);
    }
}

namespace ReMem.Models;

/// <summary>The numbers that make a network of the EfficientNet family.</summary>
/// <param name="StemWidth">Channels after the stem.</param>
/// <param name="NumFeatures">Features of the head.</param>
/// <param name="Head">The form of its head.</param>
/// <param name="Style">The settings shared by its layers.</param>
/// <param name="Stages">Blocks by stage.</param>
internal sealed record EfficientNetShape(
    int StemWidth, int NumFeatures, EfficientNetHead Head, EfficientNetStyle Style,
    IReadOnlyList<IReadOnlyList<EfficientNetBlockShape>> Stages)
    : ICountedShape
{
    /// <inheritdoc/>
    UsualRate ICountedShape.UsualRate => new(false, 0.006, 0.05);

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

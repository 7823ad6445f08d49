using ReMem.Models.Layers;
using static ReMem.Models.EfficientNetBlockType;

namespace ReMem.Models;

/// <summary>The networks of the EfficientNet family, stage by stage, as in their papers and with timm's corrections.</summary>
internal static class EfficientNetShapes
{
    private const double Quarter = 0.25;

    /// <summary>MobileNetV2 (Sandler 2018).</summary>
    public static EfficientNetShape MobileNetV2 { get; } = new(32, 1280, EfficientNetHead.ConvThenPool, new(Activation.Relu6),
    [
        Separable(1, 16),
        Inverted(2, 3, 2, 6, 24),
        Inverted(3, 3, 2, 6, 32),
        Inverted(4, 3, 2, 6, 64),
        Inverted(3, 3, 1, 6, 96),
        Inverted(3, 3, 2, 6, 160),
        Inverted(1, 3, 1, 6, 320),
    ]);

    /// <summary>MobileNetV3-small (Howard 2019).</summary>
    public static EfficientNetShape MobileNetV3Small { get; } = MobileNetV3(1024,
    [
        Separable(2, 16, Quarter, Activation.Relu),
        [.. Inverted(1, 3, 2, 4.5, 24, 0, Activation.Relu), .. Inverted(1, 3, 1, 3.67, 24, 0, Activation.Relu)],
        [.. Inverted(1, 5, 2, 4, 40, Quarter), .. Inverted(2, 5, 1, 6, 40, Quarter)],
        Inverted(2, 5, 1, 3, 48, Quarter),
        Inverted(3, 5, 2, 6, 96, Quarter),
        Conv(1, 1, 576),
    ]);

    /// <summary>MobileNetV3-large (Howard 2019).</summary>
    public static EfficientNetShape MobileNetV3Large { get; } = MobileNetV3(1280,
    [
        Separable(1, 16, 0, Activation.Relu),
        [.. Inverted(1, 3, 2, 4, 24, 0, Activation.Relu), .. Inverted(1, 3, 1, 3, 24, 0, Activation.Relu)],
        Inverted(3, 5, 2, 3, 40, Quarter, Activation.Relu),
        [.. Inverted(1, 3, 2, 6, 80), .. Inverted(1, 3, 1, 2.5, 80), .. Inverted(2, 3, 1, 2.3, 80)],
        Inverted(2, 3, 1, 6, 112, Quarter),
        Inverted(3, 5, 2, 6, 160, Quarter),
        Conv(1, 1, 960),
    ]);

    /// <summary>MobileNetV4-Conv-S (Qin 2024).</summary>
    public static EfficientNetShape MobileNetV4ConvSmall { get; } = MobileNetV4(
    [
        [.. Conv(3, 2, 32), .. Conv(1, 1, 32)],
        [.. Conv(3, 2, 96), .. Conv(1, 1, 64)],
        [Universal(5, 5, 3, 96, 2), Universal(0, 3, 2, 96), Universal(0, 3, 2, 96), Universal(0, 3, 2, 96), Universal(0, 3, 2, 96),
            Universal(3, 0, 4, 96)],
        [Universal(3, 3, 6, 128, 2), Universal(5, 5, 4, 128), Universal(0, 5, 4, 128), Universal(0, 5, 3, 128), Universal(0, 3, 4, 128),
            Universal(0, 3, 4, 128)],
        Conv(1, 1, 960),
    ]);

    /// <summary>MobileNetV4-Conv-M (Qin 2024).</summary>
    public static EfficientNetShape MobileNetV4ConvMedium { get; } = MobileNetV4(
    [
        Edge(1, 2, 4, 48),
        [Universal(3, 5, 4, 80, 2), Universal(3, 3, 2, 80)],
        [
            Universal(3, 5, 6, 160, 2), Universal(3, 3, 4, 160), Universal(3, 3, 4, 160), Universal(3, 5, 4, 160),
            Universal(3, 3, 4, 160), Universal(3, 0, 4, 160), Universal(0, 0, 2, 160), Universal(3, 0, 4, 160),
        ],
        [
            Universal(5, 5, 6, 256, 2), Universal(5, 5, 4, 256), Universal(3, 5, 4, 256), Universal(3, 5, 4, 256), Universal(0, 0, 4, 256),
            Universal(3, 0, 4, 256), Universal(3, 5, 2, 256), Universal(5, 5, 4, 256), Universal(0, 0, 4, 256), Universal(0, 0, 4, 256),
            Universal(5, 0, 2, 256),
        ],
        Conv(1, 1, 960),
    ]);

    /// <summary>EfficientNet-B0 (Tan 2019).</summary>
    public static EfficientNetShape EfficientNetB0 { get; } = new(32, 1280, EfficientNetHead.ConvThenPool, new(Activation.Silu),
    [
        Separable(1, 16, Quarter),
        Inverted(2, 3, 2, 6, 24, Quarter),
        Inverted(2, 5, 2, 6, 40, Quarter),
        Inverted(3, 3, 2, 6, 80, Quarter),
        Inverted(3, 5, 1, 6, 112, Quarter),
        Inverted(4, 5, 2, 6, 192, Quarter),
        Inverted(1, 3, 1, 6, 320, Quarter),
    ]);

    /// <summary>EfficientNetV2-S (Tan 2021) with TensorFlow's padding and epsilon, as its published weights were trained.</summary>
    public static EfficientNetShape EfficientNetV2S { get; } = new(
        24, 1280, EfficientNetHead.ConvThenPool, new(Activation.Silu) { SamePadding = true, NormEpsilon = 1e-3 },
    [
        [.. Conv(3, 1, 24, skip: true), .. Conv(3, 1, 24, skip: true)],
        Edge(4, 2, 4, 48),
        Edge(4, 2, 4, 64),
        Inverted(6, 3, 2, 4, 128, Quarter),
        Inverted(9, 3, 1, 6, 160, Quarter),
        Inverted(15, 3, 2, 6, 256, Quarter),
    ]);

    private static EfficientNetShape MobileNetV3(int features, IReadOnlyList<IReadOnlyList<EfficientNetBlockShape>> stages) =>
        new(16, features, EfficientNetHead.PoolThenConv, new(Activation.HardSwish) { MobileSqueeze = true }, stages);

    private static EfficientNetShape MobileNetV4(IReadOnlyList<IReadOnlyList<EfficientNetBlockShape>> stages) =>
        new(32, 1280, EfficientNetHead.PoolThenConvNorm, new(Activation.Relu), stages);

    private static EfficientNetBlockShape[] Conv(int kernel, int stride, int channels, bool skip = false) =>
        [new(ConvBnAct, kernel, stride, 1, channels) { Skip = skip }];

    private static EfficientNetBlockShape[] Separable(int stride, int channels, double squeeze = 0, Activation? activation = null) =>
        [new(DepthwiseSeparableConv, 3, stride, 1, channels) { SqueezeRatio = squeeze, Activation = activation }];

    private static EfficientNetBlockShape[] Inverted(
        int count, int kernel, int stride, double expansion, int channels, double squeeze = 0, Activation? activation = null) =>
        Repeat(count, new(InvertedResidual, kernel, stride, expansion, channels) { SqueezeRatio = squeeze, Activation = activation });

    private static EfficientNetBlockShape[] Edge(int count, int stride, double expansion, int channels) =>
        Repeat(count, new(EdgeResidual, 3, stride, expansion, channels));

    private static EfficientNetBlockShape Universal(int start, int middle, double expansion, int channels, int stride = 1) =>
        new(UniversalInvertedResidual, middle, stride, expansion, channels) { StartKernel = start };

    /// <summary>Only the first of several repeated blocks has the stride.</summary>
    private static EfficientNetBlockShape[] Repeat(int count, EfficientNetBlockShape first) =>
        [first, .. Enumerable.Repeat(first with { Stride = 1 }, count - 1)];
}

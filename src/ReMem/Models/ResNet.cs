using ReMem.Models.Layers;
using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>
/// Residual networks (He 2016): resnet18, 34 and 50 as timm's <c>ResNet</c>, and the CIFAR form (3x3 stem, no pooling, three stages, 1x1
/// convolutions where the shape changes) with the same names.
/// </summary>
internal sealed class ResNet : ImageModel
{
    private readonly Convolution conv1;
    private readonly BatchNorm2d bn1;
    private readonly Linear fc;
    private readonly Sequential[] _stages;

    /// <summary>Builds the model, initialised as timm does.</summary>
    public ResNet(ModelInfo info, ModelOptions options, ResNetShape shape)
        : base(info, options)
    {
        Shape = shape;
        conv1 = shape.CifarStem
            ? Convolutions.Make(3, shape.Widths[0], 3, padding: 1, bias: false)
            : Convolutions.Make(3, shape.Widths[0], 7, stride: 2, padding: 3, bias: false);
        bn1 = nn.BatchNorm2d(shape.Widths[0]);
        int width = shape.Widths[0];
        int block = 0;
        _stages = new Sequential[shape.Widths.Count];
        register_module("conv1", conv1);
        register_module("bn1", bn1);
        for (int stage = 0; stage < _stages.Length; stage++)
        {
            var made = new List<(string, nn.Module<Tensor, Tensor>)>();
            for (int i = 0; i < shape.Layers[stage]; i++)
            {
                double drop = StochasticDepth.RateOf(options.DropPathRate, block++, shape.Layers.Sum());
                made.Add(($"{i}", new ResNetBlock(width, shape.Widths[stage], i == 0 && stage > 0 ? 2 : 1, shape.Bottleneck, drop)));
                width = shape.WidthAfter(stage);
            }

            _stages[stage] = nn.Sequential(made);
            register_module($"layer{stage + 1}", _stages[stage]);
        }

        fc = nn.Linear(width, options.NumClasses);
        register_module("fc", fc);
        Initialise();
    }

    /// <summary>Layers, widths and stem.</summary>
    public ResNetShape Shape { get; }

    /// <summary>The stages in order; each is a sequence of <see cref="ResNetBlock"/>.</summary>
    public IReadOnlyList<IReadOnlyList<ResNetBlock>> Stages =>
        [.. _stages.Select(s => (IReadOnlyList<ResNetBlock>)[.. s.children().Cast<ResNetBlock>()])];

    /// <inheritdoc/>
    public override int NumFeatures => Shape.WidthAfter(Shape.Widths.Count - 1);

    /// <inheritdoc/>
    internal override IReadOnlyList<string> EmbeddingModules => ["conv1", "bn1"];

    /// <inheritdoc/>
    internal override int? SmallestView => Shape.CifarStem ? 8 : base.SmallestView;

    /// <inheritdoc/>
    public override Tensor ForwardFeatures(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h = bn1.call(conv1.call(x.ChannelsLast())).relu_();
        if (!Shape.CifarStem)
            h = nn.functional.max_pool2d(h, 3, stride: 2, padding: 1);
        foreach (Sequential stage in _stages)
            h = stage.call(h);
        return h.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor ForwardHead(Tensor features, bool preLogits = false)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pooled = features.mean([2, 3]);
        if (preLogits)
            return pooled.MoveToOuterDisposeScope();
        if (Options.DropRate > 0)
            pooled = nn.functional.dropout(pooled, Options.DropRate, training);
        return fc.call(pooled).MoveToOuterDisposeScope();
    }

    private void Initialise()
    {
        using var guard = no_grad();
        string lastNorm = Shape.Bottleneck ? "bn3" : "bn2";
        foreach ((string name, nn.Module module) in named_modules())
        {
            if (module is Convolution conv)
                nn.init.kaiming_normal_(conv.weight!, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
            else if (module is BatchNorm2d norm && name.EndsWith(lastNorm, StringComparison.Ordinal))
                nn.init.zeros_(norm.weight!);
        }
    }
}

/// <summary>
/// A basic block, two 3x3 convolutions and a shortcut, or a bottleneck, a 3x3 convolution of fewer channels between two 1x1 ones. As in
/// timm (and torchvision), the stride of a bottleneck is in the 3x3 convolution.
/// </summary>
internal sealed class ResNetBlock : nn.Module<Tensor, Tensor>
{
    private readonly Convolution conv1;
    private readonly BatchNorm2d bn1;
    private readonly Convolution conv2;
    private readonly BatchNorm2d bn2;
    private readonly Convolution? conv3;
    private readonly BatchNorm2d? bn3;
    private readonly Sequential? downsample;
    private readonly double _dropPath;

    /// <summary>Builds the block.</summary>
    /// <param name="channels">Input channels.</param>
    /// <param name="width">Channels of the 3x3 convolutions, and output channels of a basic block.</param>
    /// <param name="stride">Stride of the first 3x3 convolution and the shortcut.</param>
    /// <param name="bottleneck">Whether it is a bottleneck, with four times the width as output.</param>
    /// <param name="dropPath">Probability that a sample skips the convolutions in training.</param>
    public ResNetBlock(int channels, int width, int stride, bool bottleneck = false, double dropPath = 0)
        : base(nameof(ResNetBlock))
    {
        _dropPath = dropPath;
        Stride = stride;
        IsBottleneck = bottleneck;
        int after = bottleneck ? ResNetShape.BottleneckExpansion * width : width;
        if (bottleneck)
        {
            conv1 = Convolutions.Make(channels, width, 1, bias: false);
            conv2 = Convolutions.Make(width, width, 3, stride: stride, padding: 1, bias: false);
            conv3 = Convolutions.Make(width, after, 1, bias: false);
            bn3 = nn.BatchNorm2d(after);
        }
        else
        {
            conv1 = Convolutions.Make(channels, width, 3, stride: stride, padding: 1, bias: false);
            conv2 = Convolutions.Make(width, width, 3, padding: 1, bias: false);
        }

        bn1 = nn.BatchNorm2d(width);
        bn2 = nn.BatchNorm2d(width);
        if (stride != 1 || channels != after)
        {
            Convolution shortcut = Convolutions.Make(channels, after, 1, stride: stride, bias: false);
            downsample = nn.Sequential(("0", shortcut), ("1", nn.BatchNorm2d(after)));
        }

        RegisterComponents();
    }

    /// <summary>Stride of the first 3x3 convolution and the shortcut.</summary>
    public int Stride { get; }

    /// <summary>Whether it has three convolutions rather than two.</summary>
    public bool IsBottleneck { get; }

    /// <summary>Whether the shortcut has a convolution.</summary>
    public bool HasDownsample => downsample is not null;

    /// <summary>[B, C, H, W] to [B, width or four times that, H / stride, W / stride].</summary>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor shortcut = downsample is null ? x : downsample.call(x);
        Tensor h = bn2.call(conv2.call(bn1.call(conv1.call(x)).relu_()));
        if (conv3 is not null)
            h = bn3!.call(conv3.call(h.relu_()));
        return StochasticDepth.Apply(h, _dropPath, training).Plus(shortcut).relu_().MoveToOuterDisposeScope();
    }
}

/// <summary>The numbers that make a ResNet.</summary>
/// <param name="Layers">Blocks per stage.</param>
/// <param name="Widths">Channels of each stage's 3x3 convolutions.</param>
/// <param name="CifarStem">3x3 stem without pooling, for 32 px images.</param>
/// <param name="Bottleneck">Bottleneck blocks rather than basic ones.</param>
internal sealed record ResNetShape(IReadOnlyList<int> Layers, IReadOnlyList<int> Widths, bool CifarStem, bool Bottleneck = false)
    : ICountedShape
{
    /// <summary>Output channels of a bottleneck divided by its inner channels.</summary>
    internal const int BottleneckExpansion = 4;

    /// <inheritdoc/>
    UsualRate ICountedShape.UsualRate => new(true, 0.1, 0.0005);

    /// <summary>Channels after a stage.</summary>
    internal int WidthAfter(int stage) => Bottleneck ? BottleneckExpansion * Widths[stage] : Widths[stage];

    /// <inheritdoc/>
    ModelStatistics ICountedShape.Count(int imageSize, int classes)
    {
        var layers = new LayerCount(imageSize);
        int channels = Widths[0];
        (int kernel, int stride) = CifarStem ? (3, 1) : (7, 2);
        layers.Conv(3, channels, kernel, stride, kernel / 2);
        layers.Norm(channels);
        if (!CifarStem)
            layers.Pool(3, 2, 1);
        for (int stage = 0; stage < Widths.Count; stage++)
        {
            for (int i = 0; i < Layers[stage]; i++)
            {
                CountBlock(layers, channels, stage, i == 0 && stage > 0 ? 2 : 1);
                channels = WidthAfter(stage);
            }
        }

        layers.PoolAll();
        layers.Linear(channels, classes);
        return layers.Statistics;
    }

    private void CountBlock(LayerCount layers, int channels, int stage, int stride)
    {
        (int width, int after, long side) = (Widths[stage], WidthAfter(stage), layers.Side);
        if (Bottleneck)
        {
            layers.Conv(channels, width, 1);
            layers.Conv(width, width, 3, stride, 1);
            layers.Conv(width, after, 1);
            layers.Norm(after);
        }
        else
        {
            layers.Conv(channels, width, 3, stride, 1);
            layers.Conv(width, width, 3, 1, 1);
        }

        layers.Norm(width);
        layers.Norm(width);
        if (stride != 1 || channels != after)
            layers.Shortcut(side, channels, after, stride);
    }
}

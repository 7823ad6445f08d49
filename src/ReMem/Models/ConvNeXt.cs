using ReMem.Models.Layers;
using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>
/// ConvNeXt (Liu 2022) with timm's names: a patch stem, four stages of depthwise 7x7 convolutions and MLPs over channels, and layer norms.
/// The sizes below tiny are timm's own.
/// </summary>
internal sealed class ConvNeXt : ImageModel
{
    internal const double NormEpsilon = 1e-6;

    /// <summary>The total stride of the stem and the three downsamplings.</summary>
    private const int TotalStride = 32;

    private readonly Sequential _stem;
    private readonly ConvNeXtHead _head;
    private readonly Stage[] _stages;

    /// <summary>Builds the model, initialised as timm does.</summary>
    /// <exception cref="InputException">The image is smaller than 32 pixels.</exception>
    public ConvNeXt(ModelInfo info, ModelOptions options, ConvNeXtShape shape)
        : base(info, options)
    {
        if (ImageSize < TotalStride)
        {
            throw new InputException(
                $"The image size {ImageSize} is too small for '{info.Name}', which divides it by {TotalStride}.", "image size",
                $"Use {TotalStride} or more.");
        }

        Shape = shape;
        Convolution patches = Convolutions.Make(3, shape.Widths[0], 4, stride: 4);
        _stem = nn.Sequential(("0", patches), ("1", new LayerNorm2d(shape.Widths[0], NormEpsilon)));
        register_module("stem", _stem);
        _stages = new Stage[shape.Depths.Count];
        int block = 0;
        for (int i = 0; i < _stages.Length; i++)
        {
            double[] drops = [.. Enumerable.Range(0, shape.Depths[i])
                .Select(_ => StochasticDepth.RateOf(options.DropPathRate, block++, shape.Depths.Sum()))];
            _stages[i] = new Stage(i == 0 ? null : shape.Widths[i - 1], shape.Widths[i], shape.ConvMlp, drops);
        }

        register_module("stages", nn.Sequential(_stages.Select((s, i) => ($"{i}", (nn.Module<Tensor, Tensor>)s)).ToArray()));
        _head = new ConvNeXtHead(shape.Widths[^1], options.NumClasses);
        register_module("head", _head);
        Initialise();
    }

    /// <summary>Depths, widths and the form of the MLP.</summary>
    public ConvNeXtShape Shape { get; }

    /// <inheritdoc/>
    public override int NumFeatures => Shape.Widths[^1];

    /// <inheritdoc/>
    internal override IReadOnlyList<string> EmbeddingModules => ["stem"];

    /// <inheritdoc/>
    public override Tensor ForwardFeatures(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h = _stem.call(x.ChannelsLast());
        foreach (Stage stage in _stages)
            h = stage.call(h);
        return h.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor ForwardHead(Tensor features, bool preLogits = false)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pooled = _head.Pool(features);
        if (preLogits)
            return pooled.MoveToOuterDisposeScope();
        if (Options.DropRate > 0)
            pooled = nn.functional.dropout(pooled, Options.DropRate, training);
        return _head.call(pooled).MoveToOuterDisposeScope();
    }

    private void Initialise()
    {
        using var guard = no_grad();
        foreach ((_, nn.Module module) in named_modules())
        {
            (Parameter? weight, Parameter? bias) = module switch
            {
                Convolution conv => (conv.weight, conv.bias),
                Linear linear => (linear.weight, linear.bias),
                _ => (null, null),
            };
            if (weight is null)
                continue;

            // timm truncates the normal distribution at -2 and 2, a hundred deviations away, which has no effect.
            nn.init.normal_(weight, std: 0.02);
            nn.init.zeros_(bias!);
        }
    }

    /// <summary>A stage: downsampling by 2, except in the first one, and blocks.</summary>
    private sealed class Stage : nn.Module<Tensor, Tensor>
    {
        private readonly Sequential? downsample;
        private readonly Sequential blocks;

        public Stage(int? before, int width, bool convMlp, double[] drops)
            : base(nameof(Stage))
        {
            if (before is { } channels)
            {
                Convolution halving = Convolutions.Make(channels, width, 2, stride: 2);
                downsample = nn.Sequential(("0", new LayerNorm2d(channels, NormEpsilon)), ("1", halving));
            }

            blocks =
                nn.Sequential(drops.Select((d, i) => ($"{i}", (nn.Module<Tensor, Tensor>)new ConvNeXtBlock(width, convMlp, d))).ToArray());
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            return blocks.call(downsample is null ? x : downsample.call(x)).MoveToOuterDisposeScope();
        }
    }

    private sealed class ConvNeXtHead : nn.Module<Tensor, Tensor>
    {
        private readonly LayerNorm2d norm;
        private readonly Linear fc;

        public ConvNeXtHead(int width, int classes)
            : base(nameof(ConvNeXtHead))
        {
            norm = new LayerNorm2d(width, NormEpsilon);
            fc = nn.Linear(width, classes);
            RegisterComponents();
        }

        /// <summary>Mean over positions, then norm, [B, C, H, W] to [B, C].</summary>
        public Tensor Pool(Tensor features)
        {
            using DisposeScope scope = NewDisposeScope();
            return norm.call(features.mean([2, 3], keepdim: true)).flatten(1).MoveToOuterDisposeScope();
        }

        public override Tensor forward(Tensor pooled) => fc.call(pooled);
    }
}

/// <summary>
/// One block: depthwise 7x7 convolution, layer norm and an MLP over channels with ratio 4, scaled per channel (LayerScale, Touvron 2021)
/// and added.
/// </summary>
internal sealed class ConvNeXtBlock : nn.Module<Tensor, Tensor>
{
    private const double InitialScale = 1e-6;
    private readonly Parameter gamma;
    private readonly Convolution conv_dw;
    private readonly LayerNorm2d norm;
    private readonly Mlp mlp;
    private readonly bool _convMlp;
    private readonly double _dropPath;

    /// <summary>Builds the block.</summary>
    /// <param name="width">Channels.</param>
    /// <param name="convMlp">
    /// Whether the MLP has 1x1 convolutions rather than linear layers: the same function with other weight shapes.
    /// </param>
    /// <param name="dropPath">Probability that a sample skips the block in training.</param>
    public ConvNeXtBlock(int width, bool convMlp, double dropPath = 0)
        : base(nameof(ConvNeXtBlock))
    {
        _convMlp = convMlp;
        _dropPath = dropPath;
        gamma = new Parameter(TensorMath.Repeated(InitialScale, width));
        conv_dw = Convolutions.Make(width, width, 7, padding: 3, groups: width);
        norm = new LayerNorm2d(width, ConvNeXt.NormEpsilon);
        mlp = new Mlp(width, convMlp);
        RegisterComponents();
    }

    /// <summary>[B, C, H, W] to [B, C, H, W].</summary>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h = norm.call(conv_dw.call(x));
        h = _convMlp ? mlp.call(h) : mlp.call(h.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
        h = StochasticDepth.Apply(h * gamma.view(1, -1, 1, 1), _dropPath, training);
        return h.Plus(x).MoveToOuterDisposeScope();
    }

    private sealed class Mlp : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> fc1;
        private readonly nn.Module<Tensor, Tensor> fc2;

        public Mlp(int width, bool conv)
            : base(nameof(Mlp))
        {
            fc1 = conv ? Convolutions.Make(width, 4 * width, 1) : nn.Linear(width, 4 * width);
            fc2 = conv ? Convolutions.Make(4 * width, width, 1) : nn.Linear(4 * width, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            return fc2.call(nn.functional.gelu(fc1.call(x))).MoveToOuterDisposeScope();
        }
    }
}

/// <summary>Layer norm over the channels at every position of [B, C, H, W].</summary>
internal sealed class LayerNorm2d : nn.Module<Tensor, Tensor>
{
    private readonly double _epsilon;
    private readonly Parameter weight;
    private readonly Parameter bias;

    public LayerNorm2d(int channels, double epsilon)
        : base(nameof(LayerNorm2d))
    {
        _epsilon = epsilon;
        weight = new Parameter(ones(channels));
        bias = new Parameter(zeros(channels));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.layer_norm(x.permute(0, 2, 3, 1), [weight.shape[0]], weight, bias, _epsilon)
            .permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}

/// <summary>The numbers that make a ConvNeXt.</summary>
/// <param name="Depths">Blocks per stage, four stages.</param>
/// <param name="Widths">Channels per stage.</param>
/// <param name="ConvMlp">Whether the MLPs are 1x1 convolutions, as in timm's sizes below tiny.</param>
internal sealed record ConvNeXtShape(IReadOnlyList<int> Depths, IReadOnlyList<int> Widths, bool ConvMlp) : ICountedShape
{
    /// <inheritdoc/>
    ModelStatistics ICountedShape.Count(int imageSize, int classes)
    {
        var layers = new LayerCount(imageSize);
        layers.Conv(3, Widths[0], 4, 4, bias: true);
        layers.Norm(Widths[0]);
        for (int stage = 0; stage < Widths.Count; stage++)
        {
            int width = Widths[stage];
            if (stage > 0)
            {
                layers.Norm(Widths[stage - 1]);
                layers.Conv(Widths[stage - 1], width, 2, 2, bias: true);
            }

            for (int i = 0; i < Depths[stage]; i++)
            {
                layers.Conv(width, width, 7, 1, 3, groups: width, bias: true);
                layers.Norm(width);
                layers.Linear(width, 4L * width);
                layers.Linear(4L * width, width);
                layers.Vectors(width);
            }
        }

        layers.PoolAll();
        layers.Norm(Widths[^1]);
        layers.Linear(Widths[^1], classes);
        return layers.Statistics;
    }
}

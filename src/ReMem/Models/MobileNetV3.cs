using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>MobileNetV3-small (Howard 2019) with timm's names (<c>MobileNetV3</c>): pooling comes before the last convolution.</summary>
public sealed class MobileNetV3 : ImageModel
{
    private const int StemWidth = 16;
    private const int LastWidth = 576;
    private const int HeadWidth = 1024;
    private readonly Conv2d conv_stem;
    private readonly BatchNorm2d bn1;
    private readonly Sequential blocks;
    private readonly Conv2d conv_head;
    private readonly Linear classifier;

    /// <summary>The stages between stem and last convolution: (kernel, stride, hidden, out, squeeze, hard-swish) a block.</summary>
    private static readonly MobileNetV3BlockShape[][] Small =
    [
        [new(3, 2, 0, 16, true, false)],
        [new(3, 2, 72, 24, false, false), new(3, 1, 88, 24, false, false)],
        [new(5, 2, 96, 40, true, true), new(5, 1, 240, 40, true, true), new(5, 1, 240, 40, true, true)],
        [new(5, 1, 120, 48, true, true), new(5, 1, 144, 48, true, true)],
        [new(5, 2, 288, 96, true, true), new(5, 1, 576, 96, true, true), new(5, 1, 576, 96, true, true)],
    ];

    /// <summary>Builds the model, initialised as timm does.</summary>
    public MobileNetV3(ModelInfo info, ModelOptions options)
        : base(info, options)
    {
        conv_stem = nn.Conv2d(3, StemWidth, 3, stride: 2, padding: 1, bias: false);
        bn1 = nn.BatchNorm2d(StemWidth);
        int channels = StemWidth;
        int block = 0;

        // timm divides by all blocks with the last convolution, so no block reaches the full rate.
        int blockCount = Small.Sum(s => s.Length) + 1;
        var stages = new List<(string, nn.Module<Tensor, Tensor>)>();
        foreach (MobileNetV3BlockShape[] stage in Small)
        {
            var made = new List<(string, nn.Module<Tensor, Tensor>)>();
            foreach (MobileNetV3BlockShape shape in stage)
            {
                made.Add(($"{made.Count}", new MobileNetV3Block(channels, shape, options.DropPathRate * block++ / blockCount)));
                channels = shape.Out;
            }

            stages.Add(($"{stages.Count}", nn.Sequential(made)));
        }

        stages.Add(($"{stages.Count}", nn.Sequential(("0", new MobileNetV3LastConv(channels, LastWidth)))));
        blocks = nn.Sequential(stages);
        conv_head = nn.Conv2d(LastWidth, HeadWidth, 1);
        classifier = nn.Linear(HeadWidth, options.NumClasses);
        RegisterComponents();
        Initialise();
    }

    /// <inheritdoc/>
    public override int NumFeatures => HeadWidth;

    /// <summary>The inverted residual blocks by stage and position, without the last convolution.</summary>
    public IReadOnlyList<IReadOnlyList<MobileNetV3Block>> Stages =>
        [.. blocks.children().Cast<Sequential>().SkipLast(1).Select(s => (IReadOnlyList<MobileNetV3Block>)[.. s.children().Cast<MobileNetV3Block>()])];

    /// <inheritdoc/>
    public override Tensor ForwardFeatures(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        return blocks.call(nn.functional.hardswish(bn1.call(conv_stem.call(x.ChannelsLast())))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor ForwardHead(Tensor features, bool preLogits = false)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pooled = nn.functional.hardswish(conv_head.call(features.mean([2, 3], keepdim: true))).flatten(1);
        if (preLogits)
            return pooled.MoveToOuterDisposeScope();
        if (Options.DropRate > 0)
            pooled = nn.functional.dropout(pooled, Options.DropRate, training);
        return classifier.call(pooled).MoveToOuterDisposeScope();
    }

    private void Initialise()
    {
        using var guard = no_grad();
        foreach ((_, nn.Module module) in named_modules())
        {
            if (module is Conv2d conv)
            {
                // Depthwise weights are [C, 1, k, k]: the fan-out of one group.
                long fanOut = conv.weight!.shape[2] * conv.weight.shape[3] * conv.weight.shape[0];
                fanOut /= conv.groups;
                nn.init.normal_(conv.weight, std: Math.Sqrt(2.0 / fanOut));
                if (conv.bias is not null)
                    nn.init.zeros_(conv.bias);
            }
            else if (module is Linear linear)
            {
                double range = 1 / Math.Sqrt(linear.weight!.shape[0]);
                nn.init.uniform_(linear.weight, -range, range);
                nn.init.zeros_(linear.bias!);
            }
        }
    }
}

/// <summary>One block of MobileNetV3.</summary>
/// <param name="Kernel">Of the depthwise convolution.</param>
/// <param name="Stride">Of the depthwise convolution.</param>
/// <param name="Hidden">Expanded channels; 0 is a depthwise-separable block without expansion.</param>
/// <param name="Out">Channels after it.</param>
/// <param name="Squeeze">Whether it has squeeze-excitation.</param>
/// <param name="HardSwish">Hard-swish rather than ReLU.</param>
public sealed record MobileNetV3BlockShape(int Kernel, int Stride, int Hidden, int Out, bool Squeeze, bool HardSwish);

/// <summary>An inverted residual block, or a depthwise-separable one where nothing is expanded.</summary>
public sealed class MobileNetV3Block : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d? _expand;
    private readonly BatchNorm2d? _expandNorm;
    private readonly Conv2d _depthwise;
    private readonly BatchNorm2d _depthwiseNorm;
    private readonly SqueezeExcite? _squeeze;
    private readonly Conv2d _project;
    private readonly BatchNorm2d _projectNorm;
    private readonly double _dropPath;

    /// <summary>Builds the block.</summary>
    /// <param name="channels">Before it.</param>
    /// <param name="shape">Its numbers.</param>
    /// <param name="dropPath">Chance that a sample skips the block while training, where it has a residual.</param>
    public MobileNetV3Block(int channels, MobileNetV3BlockShape shape, double dropPath = 0)
        : base(nameof(MobileNetV3Block))
    {
        _dropPath = dropPath;
        Shape = shape;
        HasResidual = shape.Stride == 1 && channels == shape.Out;
        bool expands = shape.Hidden > 0;
        int hidden = expands ? shape.Hidden : channels;
        if (expands)
        {
            _expand = Add("conv_pw", nn.Conv2d(channels, hidden, 1, bias: false));
            _expandNorm = Add("bn1", nn.BatchNorm2d(hidden));
        }

        _depthwise = Add("conv_dw", nn.Conv2d(hidden, hidden, shape.Kernel, stride: shape.Stride, padding: shape.Kernel / 2, groups: hidden, bias: false));
        _depthwiseNorm = Add(expands ? "bn2" : "bn1", nn.BatchNorm2d(hidden));
        if (shape.Squeeze)
            _squeeze = Add("se", new SqueezeExcite(hidden));
        _project = Add(expands ? "conv_pwl" : "conv_pw", nn.Conv2d(hidden, shape.Out, 1, bias: false));
        _projectNorm = Add(expands ? "bn3" : "bn2", nn.BatchNorm2d(shape.Out));
    }

    /// <summary>Its numbers.</summary>
    public MobileNetV3BlockShape Shape { get; }

    /// <summary>Whether the input is added to the output.</summary>
    public bool HasResidual { get; }

    /// <summary>[B, C, H, W] to [B, Out, H / stride, W / stride].</summary>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h = _expand is null ? x : Activate(_expandNorm!.call(_expand.call(x)));
        h = Activate(_depthwiseNorm.call(_depthwise.call(h)));
        if (_squeeze is not null)
            h = _squeeze.call(h);
        h = _projectNorm.call(_project.call(h));
        return (HasResidual ? StochasticDepth.Apply(h, _dropPath, training).Plus(x) : h).MoveToOuterDisposeScope();
    }

    private Tensor Activate(Tensor x) => Shape.HardSwish ? nn.functional.hardswish(x) : nn.functional.relu(x);

    private T Add<T>(string name, T module)
        where T : nn.Module
    {
        register_module(name, module);
        return module;
    }

    private sealed class SqueezeExcite : nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d conv_reduce;
        private readonly Conv2d conv_expand;

        public SqueezeExcite(int channels)
            : base(nameof(SqueezeExcite))
        {
            int reduced = MakeDivisible(channels / 4.0);
            conv_reduce = nn.Conv2d(channels, reduced, 1);
            conv_expand = nn.Conv2d(reduced, channels, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor gate = conv_expand.call(nn.functional.relu(conv_reduce.call(x.mean([2, 3], keepdim: true))));
            return (x * nn.functional.hardsigmoid(gate)).MoveToOuterDisposeScope();
        }

        /// <summary>The nearest multiple of 8 that is not under 90 % (Howard 2017).</summary>
        private static int MakeDivisible(double channels)
        {
            int rounded = Math.Max(8, (int)(channels + 4) / 8 * 8);
            return rounded < 0.9 * channels ? rounded + 8 : rounded;
        }
    }
}

/// <summary>The 1x1 convolution that ends the stages.</summary>
public sealed class MobileNetV3LastConv : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv;
    private readonly BatchNorm2d bn1;

    /// <summary>Builds it.</summary>
    public MobileNetV3LastConv(int channels, int width)
        : base(nameof(MobileNetV3LastConv))
    {
        conv = nn.Conv2d(channels, width, 1, bias: false);
        bn1 = nn.BatchNorm2d(width);
        RegisterComponents();
    }

    /// <summary>[B, C, H, W] to [B, width, H, W].</summary>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.hardswish(bn1.call(conv.call(x))).MoveToOuterDisposeScope();
    }
}

using ReMem.Models.Layers;
using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>
/// Any block of the EfficientNet family: a chain of convolutions, squeeze-excitation before the last one, and the input added where the
/// shapes are the same. The chains are timm's <c>ConvBnAct</c>, <c>DepthwiseSeparableConv</c>, <c>InvertedResidual</c>,
/// <c>EdgeResidual</c> and
/// <c>UniversalInvertedResidual</c>, with their names.
/// </summary>
internal sealed class EfficientNetBlock : nn.Module<Tensor, Tensor>
{
    private readonly ConvNorm[] _layers;
    private readonly SqueezeExcite? _squeeze;
    private readonly double _dropPath;

    /// <summary>Builds the block.</summary>
    /// <param name="channels">Input channels.</param>
    /// <param name="shape">The architecture's numbers.</param>
    /// <param name="style">The settings it shares with the network's other blocks.</param>
    /// <param name="dropPath">Probability that a sample skips the block in training, where the input is added.</param>
    public EfficientNetBlock(int channels, EfficientNetBlockShape shape, EfficientNetStyle style, double dropPath = 0)
        : base(shape.Type.ToString())
    {
        _dropPath = dropPath;
        Shape = shape;
        Activation = shape.Activation ?? style.Activation;
        HasSkip = shape.Skip && shape.Stride == 1 && channels == shape.Out;
        Layers = [.. Chain(channels, shape)];
        _layers = new ConvNorm[Layers.Count];
        int width = channels;
        for (int i = 0; i < _layers.Length; i++)
        {
            if (shape.SqueezeRatio > 0 && i == _layers.Length - 1)
            {
                _squeeze = new SqueezeExcite(width, Squeezed(width, shape, style), style.MobileSqueeze, Activation);
                register_module("se", _squeeze);
            }

            _layers[i] = new ConvNorm(this, width, Layers[i], style, Activation);
            width = Layers[i].Out;
        }
    }

    /// <summary>The block's numbers.</summary>
    public EfficientNetBlockShape Shape { get; }

    /// <summary>The activation after its inner layers.</summary>
    public Activation Activation { get; }

    /// <summary>Its convolutions in order.</summary>
    public IReadOnlyList<ConvNormShape> Layers { get; }

    /// <summary>Whether the input is added to the output.</summary>
    public bool HasSkip { get; }

    /// <summary>[B, C, H, W] to [B, Out, H / stride, W / stride], rounded up.</summary>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h = x;
        foreach (ConvNorm layer in _layers[..^1])
            h = layer.Run(h);
        if (_squeeze is not null)
            h = _squeeze.call(h);
        h = _layers[^1].Run(h);
        return (HasSkip ? StochasticDepth.Apply(h, _dropPath, training).Plus(x) : h).MoveToOuterDisposeScope();
    }

    /// <summary>Its convolutions in order.</summary>
    /// <param name="channels">Input channels.</param>
    /// <param name="shape">The architecture's numbers.</param>
    internal static ConvNormShape[] Chain(int channels, EfficientNetBlockShape shape)
    {
        int hidden = EfficientNetShape.MakeDivisible(channels * shape.Expansion);
        ConvNormShape Spatial(string name, string norm, int width, bool depthwise) =>
            new(name, norm, width, shape.Kernel, shape.Stride, depthwise, true);
        ConvNormShape Pointwise(string name, string norm, int width, bool activated) => new(name, norm, width, 1, 1, false, activated);
        switch (shape.Type)
        {
            case EfficientNetBlockType.ConvBnAct:
                return [Spatial("conv", "bn1", shape.Out, false)];
            case EfficientNetBlockType.DepthwiseSeparableConv:
                return [Spatial("conv_dw", "bn1", channels, true), Pointwise("conv_pw", "bn2", shape.Out, false)];
            case EfficientNetBlockType.InvertedResidual:
                return [Pointwise("conv_pw", "bn1", hidden, true), Spatial("conv_dw", "bn2", hidden, true),
                    Pointwise("conv_pwl", "bn3", shape.Out, false)];
            case EfficientNetBlockType.EdgeResidual:
                return [Spatial("conv_exp", "bn1", hidden, false), Pointwise("conv_pwl", "bn2", shape.Out, false)];
            case EfficientNetBlockType.UniversalInvertedResidual:
                // The first convolution has the stride where there is no middle one.
                var start = new ConvNormShape(
                    "dw_start.conv", "dw_start.bn", channels, shape.StartKernel, shape.Kernel == 0 ? shape.Stride : 1, Depthwise: true,
                    Activated: false);
                ConvNormShape[] all =
                [
                    start,
                    Pointwise("pw_exp.conv", "pw_exp.bn", hidden, true),
                    Spatial("dw_mid.conv", "dw_mid.bn", hidden, true),
                    Pointwise("pw_proj.conv", "pw_proj.bn", shape.Out, false),
                ];
                return [.. all.Where(layer => layer.Kernel > 0)];
            default:
                throw new ArgumentOutOfRangeException(nameof(shape), shape.Type, null);
        }
    }

    /// <summary>Channels between the two convolutions of squeeze-excitation.</summary>
    internal static int Squeezed(int hidden, EfficientNetBlockShape shape, EfficientNetStyle style) => style.MobileSqueeze
        ? EfficientNetShape.MakeDivisible(hidden * shape.SqueezeRatio)
        : (int)Math.Round(hidden * shape.SqueezeRatio / shape.Expansion);

    /// <summary>Squeeze-excitation (Hu 2018): every channel is multiplied by a gate computed from all channels' means.</summary>
    private sealed class SqueezeExcite : nn.Module<Tensor, Tensor>
    {
        private readonly Convolution conv_reduce;
        private readonly Convolution conv_expand;
        private readonly bool _mobile;
        private readonly Activation _activation;

        public SqueezeExcite(int channels, int reduced, bool mobile, Activation activation)
            : base(nameof(SqueezeExcite))
        {
            _mobile = mobile;
            _activation = mobile ? Activation.Relu : activation;
            conv_reduce = Convolutions.Make(channels, reduced, 1);
            conv_expand = Convolutions.Make(reduced, channels, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor gate = conv_expand.call(_activation.Apply(conv_reduce.call(x.mean([2, 3], keepdim: true))));
            return (x * (_mobile ? nn.functional.hardsigmoid(gate) : gate.sigmoid())).MoveToOuterDisposeScope();
        }
    }
}

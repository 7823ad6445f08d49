using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>
/// The EfficientNet family, which share stem, stages of blocks and head: MobileNetV2 and EfficientNet as timm's <c>EfficientNet</c>,
/// MobileNetV3 and V4 as its <c>MobileNetV3</c>, with the same names.
/// </summary>
internal sealed class EfficientNet : ImageModel
{
    private readonly ConvNorm _stem;
    private readonly ConvNorm _head;
    private readonly Linear _classifier;
    private readonly EfficientNetBlock[][] _stages;

    /// <summary>Builds the model, initialised as timm does.</summary>
    public EfficientNet(ModelInfo info, ModelOptions options, EfficientNetShape shape)
        : base(info, options)
    {
        Shape = shape;
        EfficientNetStyle style = shape.Style;
        _stem = new ConvNorm(this, 3, shape.StemLayer, style, style.Activation);
        int channels = shape.StemWidth;
        int block = 0;
        int blockCount = shape.Stages.Sum(s => s.Count);
        EfficientNetBlock Next(EfficientNetBlockShape next)
        {
            // timm divides by the number of blocks, so that no block reaches the full rate.
            var made = new EfficientNetBlock(channels, next, style, options.DropPathRate * block++ / blockCount);
            channels = next.Out;
            return made;
        }

        _stages = [.. shape.Stages.Select(stage => stage.Select(Next).ToArray())];
        register_module("blocks",
            nn.Sequential(_stages.Select((s, i) => ($"{i}", (nn.Module<Tensor, Tensor>)nn.Sequential(Named(s)))).ToArray()));
        _head = new ConvNorm(this, channels, shape.HeadLayer, style, style.Activation);
        _classifier = nn.Linear(shape.NumFeatures, options.NumClasses);
        register_module("classifier", _classifier);
        Initialise();
    }

    /// <summary>Stem, stages, head.</summary>
    public EfficientNetShape Shape { get; }

    /// <summary>The blocks by stage and position.</summary>
    public IReadOnlyList<IReadOnlyList<EfficientNetBlock>> Stages => _stages;

    /// <inheritdoc/>
    public override int NumFeatures => Shape.NumFeatures;

    /// <inheritdoc/>
    internal override IReadOnlyList<string> EmbeddingModules => ["conv_stem", "bn1"];

    /// <summary>
    /// timm counts an EfficientNet's last convolution to the last block, and that of a MobileNetV3 or V4 to the classifier.
    /// </summary>
    internal override IReadOnlyList<string> ClosingModules => Shape.Head == EfficientNetHead.ConvThenPool ? ["conv_head", "bn2"] : [];

    private bool PoolsFirst => Shape.Head != EfficientNetHead.ConvThenPool;

    /// <inheritdoc/>
    public override Tensor ForwardFeatures(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h = _stem.Run(x.ChannelsLast());
        foreach (EfficientNetBlock block in _stages.SelectMany(s => s))
            h = block.call(h);
        return (PoolsFirst ? h : _head.Run(h)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor ForwardHead(Tensor features, bool preLogits = false)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pooled = features.mean([2, 3], keepdim: true);
        pooled = (PoolsFirst ? _head.Run(pooled) : pooled).flatten(1);
        if (preLogits)
            return pooled.MoveToOuterDisposeScope();
        if (Options.DropRate > 0)
            pooled = nn.functional.dropout(pooled, Options.DropRate, training);
        return _classifier.call(pooled).MoveToOuterDisposeScope();
    }

    private static (string, nn.Module<Tensor, Tensor>)[] Named(EfficientNetBlock[] blocks) =>
        [.. blocks.Select((b, i) => ($"{i}", (nn.Module<Tensor, Tensor>)b))];

    private void Initialise()
    {
        using var guard = no_grad();
        foreach ((_, nn.Module module) in named_modules())
        {
            if (module is Convolution conv)
            {
                // Depthwise weights are [C, 1, k, k]: the fan-out of one group.
                long fanOut = conv.weight!.shape[2] * conv.weight.shape[3] * conv.weight.shape[0] / conv.groups;
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

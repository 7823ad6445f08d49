using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Models.Layers;

/// <summary>
/// A residual block of attention and MLP: h + a Attention(h), then h + b MLP(h). a = b = 1 is bit-identical to the plain block.
/// </summary>
internal abstract class TransformerBlock : nn.Module<Tensor, Tensor>
{
    private readonly double _dropPath;
    private IBlockObserver? _observer;

    /// <summary>Creates the base.</summary>
    /// <param name="name">Name of the module's type.</param>
    /// <param name="dropPath">Probability that a sample skips a branch in training (stochastic depth).</param>
    private protected TransformerBlock(string name, double dropPath)
        : base(name)
    {
        _dropPath = dropPath;
    }

    /// <summary>a: scale of the attention's output; 0 skips it. Default 1.</summary>
    public double AttentionScale { get; set; } = 1;

    /// <summary>b: scale of the MLP's output; 0 skips it. Default 1.</summary>
    public double MlpScale { get; set; } = 1;

    /// <summary>Observes the stream, the MLP's activations and the attention's input; null, the default, costs nothing.</summary>
    public IBlockObserver? Observer
    {
        get => _observer;
        set
        {
            _observer = value;
            foreach (TransformerMlp.Layer mlp in children().OfType<TransformerMlp.Layer>())
                mlp.Observer = value;
            foreach (AttentionLayer attention in children().OfType<AttentionLayer>())
                attention.Observer = value;
        }
    }

    /// <summary>Tokens [B, N, C] to tokens [B, N, C].</summary>
    public sealed override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h = Add(x, AttentionScale, AttentionBranch);
        Observer?.AfterAttention(h);
        h = Add(h, MlpScale, MlpBranch);
        Observer?.AfterMlp(h);
        return h.MoveToOuterDisposeScope();
    }

    /// <summary>The parameters at the end of each scaled branch, and the scale to fold into them.</summary>
    public IEnumerable<(string Parameter, double Scale)> FoldableScales()
    {
        // A gain per channel follows these layers and commutes with a scale.
        foreach ((string layer, double scale) in new[] { ("attn.proj", AttentionScale), ("mlp.fc2", MlpScale) })
        {
            if (scale == 1)
                continue;
            yield return ($"{layer}.weight", scale);
            yield return ($"{layer}.bias", scale);
        }
    }

    /// <summary>The attention branch, [B, N, C].</summary>
    private protected abstract Tensor AttentionBranch(Tensor x);

    /// <summary>The MLP branch, [B, N, C].</summary>
    private protected abstract Tensor MlpBranch(Tensor x);

    private Tensor Add(Tensor x, double scale, Func<Tensor, Tensor> branch)
    {
        if (scale == 0)
            return x.alias();
        Tensor y = branch(x);
        if (scale != 1)
        {
            // In a variable: TorchSharp lets the collector free an implicit scalar while the operator still reads it.
            using Scalar factor = scale;
            y = y * factor;
        }

        return x.Plus(StochasticDepth.Apply(y, _dropPath, training));
    }
}

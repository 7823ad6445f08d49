using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>One pre-norm block: h + a MSA(LN h), then h + b MLP(LN h). a = b = 1 is bit-identical to the plain block.</summary>
public sealed class VisionTransformerBlock : nn.Module<Tensor, Tensor>
{
    private readonly LayerNorm norm1;
    private readonly Attention attn;
    private readonly LayerNorm norm2;
    private readonly Mlp mlp;
    private readonly double _dropPath;

    /// <summary>Builds the block.</summary>
    /// <param name="width">Channels of a token.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="dropPath">Chance that a sample skips a branch while training (stochastic depth).</param>
    /// <param name="epsilon">Of the norms.</param>
    public VisionTransformerBlock(int width, int heads, double dropPath, double epsilon)
        : base(nameof(VisionTransformerBlock))
    {
        _dropPath = dropPath;
        norm1 = nn.LayerNorm(width, epsilon);
        attn = new Attention(width, heads);
        norm2 = nn.LayerNorm(width, epsilon);
        mlp = new Mlp(width, 4 * width);
        RegisterComponents();
    }

    /// <summary>a: how much of the attention's output is added; 0 skips it. Default 1.</summary>
    public double AttentionScale { get; set; } = 1;

    /// <summary>b: how much of the MLP's output is added; 0 skips it. Default 1.</summary>
    public double MlpScale { get; set; } = 1;

    /// <summary>Sees the stream and the MLP's activations; null, the default, costs nothing.</summary>
    public IBlockObserver? Observer
    {
        get => mlp.Observer;
        set => mlp.Observer = value;
    }

    /// <summary>Tokens [B, N, C] to tokens [B, N, C].</summary>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h = Add(x, AttentionScale, t => attn.call(norm1.call(t)));
        Observer?.AfterAttention(h);
        h = Add(h, MlpScale, t => mlp.call(norm2.call(t)));
        Observer?.AfterMlp(h);
        return h.MoveToOuterDisposeScope();
    }

    /// <summary>The parameters that end a scaled branch, and the scale that folds into each.</summary>
    public IEnumerable<(string Parameter, double Scale)> FoldableScales()
    {
        foreach ((string layer, double scale) in new[] { ("attn.proj", AttentionScale), ("mlp.fc2", MlpScale) })
        {
            if (scale == 1)
                continue;
            yield return ($"{layer}.weight", scale);
            yield return ($"{layer}.bias", scale);
        }
    }

    private Tensor Add(Tensor x, double scale, Func<Tensor, Tensor> branch)
    {
        if (scale == 0)
            return x.alias();
        Tensor y = branch(x);
        if (scale != 1)
        {
            // Held by name: TorchSharp lets the collector free an implicit scalar while the operator still reads it.
            using Scalar factor = scale;
            y = y * factor;
        }

        return x.Plus(StochasticDepth.Apply(y, _dropPath, training));
    }

    private sealed class Attention : nn.Module<Tensor, Tensor>
    {
        private readonly int _heads;
        private readonly Linear qkv;
        private readonly Linear proj;

        public Attention(int width, int heads)
            : base(nameof(Attention))
        {
            _heads = heads;
            qkv = nn.Linear(width, 3L * width);
            proj = nn.Linear(width, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            (long batch, long tokens, long width) = (x.shape[0], x.shape[1], x.shape[2]);
            Tensor heads = qkv.call(x).view(batch, tokens, 3, _heads, width / _heads).permute(2, 0, 3, 1, 4);
            Tensor mixed = nn.functional.scaled_dot_product_attention(heads[0], heads[1], heads[2]);
            return proj.call(mixed.transpose(1, 2).reshape(batch, tokens, width)).MoveToOuterDisposeScope();
        }
    }

    private sealed class Mlp : nn.Module<Tensor, Tensor>
    {
        private readonly Linear fc1;
        private readonly Linear fc2;

        public Mlp(int width, int hidden)
            : base(nameof(Mlp))
        {
            fc1 = nn.Linear(width, hidden);
            fc2 = nn.Linear(hidden, width);
            RegisterComponents();
        }

        public IBlockObserver? Observer { get; set; }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor hidden = nn.functional.gelu(fc1.call(x));
            Observer?.Hidden(hidden);
            return fc2.call(hidden).MoveToOuterDisposeScope();
        }
    }
}

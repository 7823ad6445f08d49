using ReMem.Models.Layers;
using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>
/// EVA-02 (Fang 2023) with its CLIP towers, and DINOv3's ViTs (Simeoni 2025), as timm's <c>Eva</c>: rotary positions in every block.
/// </summary>
internal sealed class Eva : TransformerModel
{
    private readonly RotaryTable _rope;

    /// <summary>Builds the model, initialised as timm does.</summary>
    /// <param name="info">The catalogue's entry.</param>
    /// <param name="options">Classes, image size, pooling, stochastic depth.</param>
    /// <param name="shape">The architecture's numbers.</param>
    /// <exception cref="InputException">The image size is not a multiple of the patch, or the pooling does not fit the tokens.</exception>
    public Eva(ModelInfo info, ModelOptions options, EvaShape shape)
        : base(info, options, shape)
    {
        int headWidth = shape.Width / shape.Heads;
        _rope = shape.TrainedGrid is { } trained
            ? RotaryTable.Axial(headWidth, Grid, trained, shape.PrefixTokens)
            : RotaryTable.Centred(headWidth, Grid, shape.PrefixTokens);
        Assemble(dropPath => new EvaBlock(shape, _rope, dropPath));
        using var guard = no_grad();
        InitialiseDeep();
    }

    /// <summary>The rotary table of the positions.</summary>
    internal RotaryTable Rope => _rope;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _rope.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>The numbers that make an EVA-02 or a DINOv3.</summary>
/// <inheritdoc/>
internal sealed record EvaShape(int PatchSize, int Width, int Depth, int Heads) : TransformerShape(PatchSize, Width, Depth, Heads)
{
    /// <summary>
    /// Patches along a side in pretraining, whose coordinates EVA-02 keeps; null uses DINOv3's coordinates, from -1 to 1. Default null.
    /// </summary>
    public int? TrainedGrid { get; init; }

    /// <summary>Whether queries, keys and values have separate layers. Default false.</summary>
    public bool SplitQkv { get; init; }

    /// <summary>Whether a norm precedes the attention's last layer (sub-LN). Default false.</summary>
    public bool AttentionNorm { get; init; }

    /// <inheritdoc/>
    public override TransformerModel Build(ModelInfo info, ModelOptions options) => new Eva(info, options, this);
}

/// <summary>One pre-norm block with rotary attention: h + a gamma_1 MSA(LN h), then h + b gamma_2 MLP(LN h).</summary>
internal sealed class EvaBlock : TransformerBlock
{
    private readonly Parameter? gamma_1;
    private readonly Parameter? gamma_2;
    private readonly LayerNorm norm1;
    private readonly nn.Module<Tensor, Tensor> attn;
    private readonly LayerNorm norm2;
    private readonly nn.Module<Tensor, Tensor> mlp;

    internal EvaBlock(EvaShape shape, RotaryTable rope, double dropPath)
        : base(nameof(EvaBlock), dropPath)
    {
        if (shape.LayerScale is { } gain)
        {
            gamma_1 = new Parameter(TensorMath.Repeated(gain, shape.Width));
            gamma_2 = new Parameter(TensorMath.Repeated(gain, shape.Width));
        }

        norm1 = nn.LayerNorm(shape.Width, shape.NormEpsilon);
        attn = shape.SplitQkv ? new SplitAttention(shape, rope) : new FusedAttention(shape, rope);
        norm2 = nn.LayerNorm(shape.Width, shape.NormEpsilon);
        mlp = TransformerMlp.Of(shape.Mlp, shape.Width, shape.HiddenWidth, shape.Activation, shape.NormEpsilon);
        RegisterComponents();
    }

    private protected override Tensor AttentionBranch(Tensor x)
    {
        Tensor y = attn.call(norm1.call(x));
        return gamma_1 is null ? y : y * gamma_1;
    }

    private protected override Tensor MlpBranch(Tensor x)
    {
        Tensor y = mlp.call(norm2.call(x));
        return gamma_2 is null ? y : y * gamma_2;
    }

    private abstract class RotaryAttention(string name, RotaryTable rope) : AttentionLayer(name)
    {
        protected Tensor Mix(Tensor queries, Tensor keys, Tensor values) =>
            Attend(rope.Apply(queries), rope.Apply(keys), values).transpose(1, 2).flatten(2);
    }

    private sealed class FusedAttention : RotaryAttention
    {
        private readonly int _heads;
        private readonly Parameter? q_bias;
        private readonly Parameter? v_bias;
        private readonly Linear qkv;
        private readonly LayerNorm? norm;
        private readonly Linear proj;

        public FusedAttention(EvaShape shape, RotaryTable rope)
            : base(nameof(FusedAttention), rope)
        {
            _heads = shape.Heads;
            if (shape.QkvBias)
            {
                q_bias = new Parameter(zeros(shape.Width));
                v_bias = new Parameter(zeros(shape.Width));
            }

            qkv = nn.Linear(shape.Width, 3L * shape.Width, hasBias: false);
            if (shape.AttentionNorm)
                norm = nn.LayerNorm(shape.Width, shape.NormEpsilon);
            proj = nn.Linear(shape.Width, shape.Width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor projected = q_bias is null
                ? qkv.Project(x)
                : LinearProduct.Of(x, qkv.weight!, cat([q_bias, zeros_like(q_bias), v_bias!]));
            Tensor heads = projected.view(x.shape[0], x.shape[1], 3, _heads, x.shape[2] / _heads).permute(2, 0, 3, 1, 4);
            Tensor mixed = Mix(heads[0], heads[1], heads[2]);
            return proj.Project(norm is null ? mixed : norm.call(mixed)).MoveToOuterDisposeScope();
        }
    }

    private sealed class SplitAttention : RotaryAttention
    {
        private readonly int _heads;
        private readonly Linear q_proj;
        private readonly Linear k_proj;
        private readonly Linear v_proj;
        private readonly LayerNorm? norm;
        private readonly Linear proj;

        public SplitAttention(EvaShape shape, RotaryTable rope)
            : base(nameof(SplitAttention), rope)
        {
            _heads = shape.Heads;
            q_proj = nn.Linear(shape.Width, shape.Width, hasBias: shape.QkvBias);
            k_proj = nn.Linear(shape.Width, shape.Width, hasBias: false);
            v_proj = nn.Linear(shape.Width, shape.Width, hasBias: shape.QkvBias);
            if (shape.AttentionNorm)
                norm = nn.LayerNorm(shape.Width, shape.NormEpsilon);
            proj = nn.Linear(shape.Width, shape.Width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor Heads(Tensor projected) => projected.view(x.shape[0], x.shape[1], _heads, x.shape[2] / _heads).transpose(1, 2);
            Tensor mixed = Mix(Heads(q_proj.Project(x)), Heads(k_proj.Project(x)), Heads(v_proj.Project(x)));
            return proj.Project(norm is null ? mixed : norm.call(mixed)).MoveToOuterDisposeScope();
        }
    }
}

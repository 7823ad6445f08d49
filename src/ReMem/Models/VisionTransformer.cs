using ReMem.Models.Layers;
using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>
/// The pre-norm Vision Transformer (Dosovitskiy 2021) with timm's names: also DeiT and its distilled form (Touvron 2021), DeiT III (Touvron
/// 2022), DINOv2 (Oquab 2023) with and without registers, and the image towers of CLIP (Radford 2021) and SigLIP (Zhai 2023).
/// </summary>
internal sealed class VisionTransformer : TransformerModel
{
    /// <summary>Builds the model, initialised as timm does.</summary>
    /// <param name="info">The catalogue's entry.</param>
    /// <param name="options">Classes, image size, pooling, stochastic depth.</param>
    /// <param name="shape">The architecture's numbers.</param>
    /// <exception cref="InputException">The image size is not a multiple of the patch, or the pooling does not fit the tokens.</exception>
    public VisionTransformer(ModelInfo info, ModelOptions options, VisionTransformerShape shape)
        : base(info, options, options.QkNorm ? shape with { QkNorm = true } : shape)
    {
        var own = (VisionTransformerShape)Shape;
        Assemble(dropPath => new VisionTransformerBlock(own, dropPath));
        using var guard = no_grad();
        InitialiseLayers(prefixDeviation: 1e-6);
        foreach ((_, nn.Module module) in named_modules())
            (module as TransformerMlp.GluMlp)?.InitialiseGate();
    }
}

/// <summary>The numbers that make a ViT.</summary>
/// <inheritdoc/>
internal sealed record VisionTransformerShape(int PatchSize, int Width, int Depth, int Heads) : TransformerShape(PatchSize, Width, Depth,
    Heads)
{
    /// <summary>Whether queries and keys are normalised per head (Dehghani 2023). Default false.</summary>
    public bool QkNorm { get; init; }

    /// <inheritdoc/>
    public override TransformerModel Build(ModelInfo info, ModelOptions options) => new VisionTransformer(info, options, this);
}

/// <summary>One pre-norm block: h + a ls1 MSA(LN h), then h + b ls2 MLP(LN h). a = b = 1 is bit-identical to the plain block.</summary>
internal sealed class VisionTransformerBlock : TransformerBlock
{
    private readonly LayerNorm norm1;
    private readonly Attention attn;
    private readonly LayerScale? ls1;
    private readonly LayerNorm norm2;
    private readonly nn.Module<Tensor, Tensor> mlp;
    private readonly LayerScale? ls2;

    /// <summary>Builds the block.</summary>
    /// <param name="shape">The model's numbers.</param>
    /// <param name="dropPath">Probability that a sample skips a branch in training (stochastic depth).</param>
    public VisionTransformerBlock(VisionTransformerShape shape, double dropPath)
        : base(nameof(VisionTransformerBlock), dropPath)
    {
        norm1 = nn.LayerNorm(shape.Width, shape.NormEpsilon);
        attn = new Attention(shape);
        norm2 = nn.LayerNorm(shape.Width, shape.NormEpsilon);
        mlp = TransformerMlp.Of(shape.Mlp, shape.Width, shape.HiddenWidth, shape.Activation, shape.NormEpsilon);
        if (shape.LayerScale is { } gain)
        {
            ls1 = new LayerScale(shape.Width, gain);
            ls2 = new LayerScale(shape.Width, gain);
        }

        RegisterComponents();
    }

    private protected override Tensor AttentionBranch(Tensor x)
    {
        Tensor y = attn.call(norm1.call(x));
        return ls1 is null ? y : ls1.call(y);
    }

    private protected override Tensor MlpBranch(Tensor x)
    {
        Tensor y = mlp.call(norm2.call(x));
        return ls2 is null ? y : ls2.call(y);
    }

    private sealed class LayerScale : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter gamma;

        public LayerScale(int width, double gain)
            : base(nameof(LayerScale))
        {
            gamma = new Parameter(TensorMath.Repeated(gain, width));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => x * gamma;
    }

    private sealed class Attention : AttentionLayer
    {
        private readonly int _heads;
        private readonly Linear qkv;
        private readonly LayerNorm? q_norm;
        private readonly LayerNorm? k_norm;
        private readonly Linear proj;

        public Attention(VisionTransformerShape shape)
            : base(nameof(Attention))
        {
            _heads = shape.Heads;
            qkv = nn.Linear(shape.Width, 3L * shape.Width, hasBias: shape.QkvBias);
            if (shape.QkNorm)
            {
                q_norm = nn.LayerNorm(shape.Width / shape.Heads, shape.NormEpsilon);
                k_norm = nn.LayerNorm(shape.Width / shape.Heads, shape.NormEpsilon);
            }

            proj = nn.Linear(shape.Width, shape.Width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor packed = qkv.Project(x);
            if (q_norm is null || k_norm is null)
                return proj.Project(Attend(packed, _heads)).MoveToOuterDisposeScope();
            Tensor heads = AttentionProduct.Split(packed, _heads);
            Tensor mixed = Attend(q_norm.call(heads[0]), k_norm.call(heads[1]), heads[2]);
            return proj.Project(mixed.transpose(1, 2).reshape(x.shape)).MoveToOuterDisposeScope();
        }
    }
}

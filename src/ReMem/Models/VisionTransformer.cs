using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>
/// The plain pre-norm Vision Transformer (Dosovitskiy 2021; DeiT, Touvron 2021), as timm's <c>VisionTransformer</c> with a class token, learned
/// position embeddings and token pooling. Every block carries scales of its two branches for MLP reweighting.
/// </summary>
public sealed class VisionTransformer : ImageModel
{
    private const double NormEpsilon = 1e-6;
    private readonly Parameter cls_token;
    private readonly Parameter pos_embed;
    private readonly PatchEmbedding patch_embed;
    private readonly ModuleList<VisionTransformerBlock> blocks;
    private readonly LayerNorm norm;
    private readonly Linear head;

    /// <summary>Builds the model, initialised as timm does.</summary>
    /// <param name="info">The catalogue's entry.</param>
    /// <param name="options">Classes, image size, stochastic depth.</param>
    /// <param name="shape">Patch, width, depth and heads.</param>
    /// <exception cref="InputException">The image size is not a multiple of the patch.</exception>
    public VisionTransformer(ModelInfo info, ModelOptions options, VisionTransformerShape shape)
        : base(info, options)
    {
        Shape = shape;
        if (ImageSize % shape.PatchSize != 0)
        {
            int below = Math.Max(shape.PatchSize, ImageSize / shape.PatchSize * shape.PatchSize);
            throw new InputException(
                $"The image size {ImageSize} is not a multiple of the patch size {shape.PatchSize} of '{info.Name}'.",
                "image size",
                $"Use {below} or {below + shape.PatchSize}.");
        }

        long tokens = 1 + ((long)Grid * Grid);
        cls_token = new Parameter(zeros(1, 1, shape.Width));
        pos_embed = new Parameter(zeros(1, tokens, shape.Width));
        patch_embed = new PatchEmbedding(shape.PatchSize, shape.Width);
        blocks = new ModuleList<VisionTransformerBlock>();
        for (int i = 0; i < shape.Depth; i++)
        {
            double drop = StochasticDepth.RateOf(options.DropPathRate, i, shape.Depth);
            blocks.Add(new VisionTransformerBlock(shape.Width, shape.Heads, drop, NormEpsilon));
        }

        norm = nn.LayerNorm(shape.Width, NormEpsilon);
        head = nn.Linear(shape.Width, options.NumClasses);
        RegisterComponents();
        Initialise();
    }

    /// <summary>Patch, width, depth and heads.</summary>
    public VisionTransformerShape Shape { get; }

    /// <summary>Patches along one side.</summary>
    public int Grid => ImageSize / Shape.PatchSize;

    /// <summary>The blocks, bottom first.</summary>
    public IReadOnlyList<VisionTransformerBlock> Blocks => [.. blocks];

    /// <inheritdoc/>
    public override int NumFeatures => Shape.Width;

    /// <summary>Tokens [B, 1 + Grid^2, C], class token first, after the final norm.</summary>
    /// <exception cref="ArgumentException">The images have another size than the model was made for.</exception>
    public override Tensor ForwardFeatures(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        return ForwardBlocks(Embed(x), 0).MoveToOuterDisposeScope();
    }

    /// <summary>The token stream [B, 1 + Grid^2, C] that enters the first block, of normalised images [B, 3, H, W].</summary>
    /// <exception cref="ArgumentException">The images have another size than the model was made for.</exception>
    public Tensor Embed(Tensor x)
    {
        // The patch convolution would drop a remainder of pixels in silence.
        if (x.shape[2] != ImageSize || x.shape[3] != ImageSize)
            throw new ArgumentException($"'{Info.Name}' was made for {ImageSize} x {ImageSize} pixels, not {x.shape[2]} x {x.shape[3]}.", nameof(x));
        using DisposeScope scope = NewDisposeScope();
        Tensor h = patch_embed.call(x);
        return cat([cls_token.expand(h.shape[0], -1, -1), h], 1).Plus(pos_embed).MoveToOuterDisposeScope();
    }

    /// <summary>The rest of <see cref="ForwardFeatures"/>: the blocks from one on, then the final norm.</summary>
    /// <param name="tokens">The stream [B, 1 + Grid^2, C] that enters that block.</param>
    /// <param name="first">Its index; the depth runs the norm alone.</param>
    public Tensor ForwardBlocks(Tensor tokens, int first)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (VisionTransformerBlock block in blocks.Skip(first))
            tokens = block.call(tokens);
        return norm.call(tokens).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor ForwardHead(Tensor features, bool preLogits = false)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pooled = features.select(1, 0);
        if (preLogits)
            return pooled.clone().MoveToOuterDisposeScope();
        if (Options.DropRate > 0)
            pooled = nn.functional.dropout(pooled, Options.DropRate, training);
        return head.call(pooled).MoveToOuterDisposeScope();
    }

    /// <summary>Moves every block's scales into the weights and biases that end its branches, so that the plain model computes the same.</summary>
    public void FoldScales()
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (VisionTransformerBlock block in blocks)
        {
            foreach ((string name, double scale) in block.FoldableScales())
            {
                Tensor parameter = block.get_parameter(name)!;
                parameter.mul_(scale);
            }

            block.AttentionScale = block.MlpScale = 1;
        }
    }

    private void Initialise()
    {
        using var guard = no_grad();

        // timm cuts the normal at -2 and 2, a hundred deviations away: no cut at all. (TorchSharp 0.107's trunc_normal_ fills with a constant.)
        nn.init.normal_(pos_embed, std: 0.02);
        nn.init.normal_(cls_token, std: 1e-6);
        foreach ((_, nn.Module module) in named_modules())
        {
            if (module is not Linear linear)
                continue;
            nn.init.normal_(linear.weight!, std: 0.02);
            if (linear.bias is not null)
                nn.init.zeros_(linear.bias);
        }
    }

    private sealed class PatchEmbedding : nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d proj;

        public PatchEmbedding(int patch, int width)
            : base(nameof(PatchEmbedding))
        {
            proj = nn.Conv2d(3, width, (patch, patch), stride: (patch, patch));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            return proj.call(x).flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
        }
    }
}

/// <summary>The numbers that make a ViT.</summary>
/// <param name="PatchSize">Side of a patch, pixels.</param>
/// <param name="Width">Channels of a token; a multiple of the heads.</param>
/// <param name="Depth">Blocks.</param>
/// <param name="Heads">Attention heads.</param>
public sealed record VisionTransformerShape(int PatchSize, int Width, int Depth, int Heads);

using ReMem.Models.Layers;
using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>
/// An image transformer: patches and prefix tokens, residual blocks of attention and MLP, a pooled feature, a classifier. Every block has
/// scales of its two branches for MLP reweighting. The architectures differ in their blocks; the rest follows from the shape.
/// </summary>
internal abstract class TransformerModel : ImageModel
{
    // TorchSharp moves a parameter to another device or type by replacing it, also in its field, which reflection must find in the derived
    // class.
    private protected readonly Parameter? cls_token;
    private protected readonly Parameter? reg_token;
    private protected readonly Parameter? pos_embed;
    private protected readonly Parameter? dist_token;
    private readonly PatchEmbedding patch_embed;
    private readonly ModuleList<TransformerBlock> blocks = new();
    private readonly LayerNorm? norm_pre;
    private LayerNorm? norm;
    private AttentionPool? attn_pool;
    private LayerNorm? fc_norm;
    private Linear? head_dist;
    private Linear head = null!;

    /// <summary>Builds the part before the blocks.</summary>
    /// <exception cref="InputException">The image size is not a multiple of the patch, or the pooling does not fit the tokens.</exception>
    private protected TransformerModel(ModelInfo info, ModelOptions options, TransformerShape shape)
        : base(info, options)
    {
        Shape = shape = Pooled(info, options, shape);
        shape.RequireSize(info.Name, ImageSize);
        if (shape.ClassToken)
            register_parameter(nameof(cls_token), cls_token = new Parameter(zeros(1, 1, shape.Width)));
        if (shape.RegisterTokens > 0)
            register_parameter(nameof(reg_token), reg_token = new Parameter(zeros(1, shape.RegisterTokens, shape.Width)));
        if (shape.AbsolutePositions)
            register_parameter(nameof(pos_embed),
                pos_embed = new Parameter(zeros(1, shape.EmbeddedPrefixTokens + ((long)Grid * Grid), shape.Width)));
        if (shape.DistillationToken)
            register_parameter(nameof(dist_token), dist_token = new Parameter(zeros(1, 1, shape.Width)));
        patch_embed = Add(nameof(patch_embed), new PatchEmbedding(shape.PatchSize, shape.Width, !shape.PreNorm));
        if (shape.PreNorm)
            norm_pre = Add(nameof(norm_pre), nn.LayerNorm(shape.Width, shape.NormEpsilon));
    }

    /// <summary>The shape; its pooling is the requested one.</summary>
    public TransformerShape Shape { get; }

    /// <summary>Patches along one side.</summary>
    public int Grid => ImageSize / Shape.PatchSize;

    /// <summary>The blocks, bottom first.</summary>
    public IReadOnlyList<TransformerBlock> Blocks => [.. blocks];

    /// <summary>
    /// Whether the blocks' activations are recomputed in the backward pass, as timm's <c>set_grad_checkpointing</c>. Default false.
    /// </summary>
    public bool GradCheckpointing { get; set; }

    /// <inheritdoc/>
    public override int NumFeatures => Shape.Width;

    /// <summary>
    /// Unlike timm's patterns, register tokens and the norm before the blocks count as embedding:
    /// they come before everything that learns slowest.
    /// </summary>
    internal sealed override IReadOnlyList<string> EmbeddingModules =>
        ["cls_token", "reg_token", "dist_token", "pos_embed", "patch_embed", "norm_pre"];

    /// <summary>Positions are made for one grid.</summary>
    internal sealed override int? SmallestView => null;

    /// <summary>Tokens of one image: those before the patches and the patches.</summary>
    public int TokenCount => Shape.PrefixTokens + (Grid * Grid);

    /// <summary>Tokens [B, N, C], prefix tokens first, after the final norm unless that follows the pooling.</summary>
    /// <exception cref="ArgumentException">The images have another size than the model was built for.</exception>
    public sealed override Tensor ForwardFeatures(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        return ForwardBlocks(Embed(x), 0).MoveToOuterDisposeScope();
    }

    /// <summary>The token stream [B, N, C] that enters the first block, of normalised images [B, 3, H, W].</summary>
    /// <exception cref="ArgumentException">The images have another size than the model was built for.</exception>
    public Tensor Embed(Tensor x)
    {
        // The patch convolution would silently drop a remainder of pixels.
        if (x.shape[2] != ImageSize || x.shape[3] != ImageSize)
            throw new ArgumentException(
                $"'{Info.Name}' was built for {ImageSize} x {ImageSize} pixels, not {x.shape[2]} x {x.shape[3]}.", nameof(x));
        using DisposeScope scope = NewDisposeScope();
        Tensor h = patch_embed.call(x);
        bool before = pos_embed is not null && !Shape.PrefixPositions;
        if (before)
            h = h.Plus(pos_embed!);
        Tensor[] prefix = [.. new[] { cls_token, dist_token, reg_token }.OfType<Tensor>().Select(t => t.expand(h.shape[0], -1, -1))];
        if (prefix.Length > 0)
            h = cat([.. prefix, h], 1);
        if (pos_embed is not null && !before)
            h = h.Plus(pos_embed);

        // Patches are transposed in the convolution's output; the blocks' gradients have the layout of their input.
        h = h.contiguous();
        return (norm_pre is null ? h : norm_pre.call(h)).MoveToOuterDisposeScope();
    }

    /// <summary>The rest of <see cref="ForwardFeatures"/>: the blocks from one on, then the final norm where there is one.</summary>
    /// <param name="tokens">The stream [B, N, C] that enters that block.</param>
    /// <param name="first">Its index; the depth only runs the norm.</param>
    public Tensor ForwardBlocks(Tensor tokens, int first)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h = tokens;
        foreach (TransformerBlock block in blocks.Skip(first))
            h = GradCheckpointing ? BlockCheckpoint.Run(block, h) : block.call(h);
        h = norm is null ? h : norm.call(h);
        return (ReferenceEquals(h, tokens) ? h.alias() : h).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public sealed override Tensor ForwardHead(Tensor features, bool preLogits = false)
    {
        using DisposeScope scope = NewDisposeScope();

        // The classifier is a small product, and its rounding affects SAM's direction most.
        using IDisposable? exact = Autocast.Suspend(features.device_type);
        if (head_dist is not null)
            return ForwardTwoHeads(features, preLogits).MoveToOuterDisposeScope();
        Tensor pooled = Shape.Pool switch
        {
            GlobalPool.Token => features.select(1, 0),
            GlobalPool.Avg => Patches(features).mean([1]),
            _ => attn_pool!.call(Patches(features)),
        };
        if (fc_norm is not null)
            pooled = fc_norm.call(pooled);
        if (preLogits)
            return pooled.clone().MoveToOuterDisposeScope();
        return head.call(Drop(pooled)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The separate outputs of the classifiers of the class token and of the distillation token, [B, NumClasses] each: in training the
    /// first learns from the labels and the second from a teacher (DeiT, Touvron 2021). <see cref="ForwardHead"/> is their mean.
    /// </summary>
    /// <param name="features">Tokens [B, N, C] of <see cref="ForwardFeatures"/>.</param>
    /// <exception cref="InvalidOperationException">The model has no distillation token.</exception>
    public (Tensor Class, Tensor Distilled) ForwardHeads(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable? exact = Autocast.Suspend(features.device_type);
        Linear second = head_dist ?? throw new InvalidOperationException($"'{Info.Name}' has no distillation token");
        return (head.call(Drop(features.select(1, 0))).MoveToOuterDisposeScope(),
            second.call(Drop(features.select(1, 1))).MoveToOuterDisposeScope());
    }

    /// <summary>
    /// Folds every block's scales into the last weights and biases of its branches, so that the plain model computes the same.
    /// </summary>
    public void FoldScales()
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (TransformerBlock block in blocks)
        {
            foreach ((string name, double scale) in block.FoldableScales())
            {
                Tensor parameter = block.get_parameter(name)!;
                parameter.TimesInPlace(scale);
            }

            block.AttentionScale = block.MlpScale = 1;
        }
    }

    /// <summary>Builds the blocks and what follows them, in the order of timm's state dict.</summary>
    /// <param name="block">Makes a block from its stochastic depth.</param>
    private protected void Assemble(Func<double, TransformerBlock> block)
    {
        for (int i = 0; i < Shape.Depth; i++)
            blocks.Add(block(StochasticDepth.RateOf(Options.DropPathRate, i, Shape.Depth)));
        Add(nameof(blocks), blocks);
        if (!Shape.NormAfterPooling)
            norm = Add(nameof(norm), nn.LayerNorm(Shape.Width, Shape.NormEpsilon));
        if (Shape.Pool == GlobalPool.Map)
            attn_pool = Add(
                nameof(attn_pool), new AttentionPool(Shape.Width, Shape.Heads, Shape.HiddenWidth, Shape.Activation, Shape.NormEpsilon));
        if (Shape.NormAfterPooling)
            fc_norm = Add(nameof(fc_norm), nn.LayerNorm(Shape.Width, Shape.NormEpsilon));
        head = Add(nameof(head), nn.Linear(Shape.Width, Options.NumClasses));
        if (Shape.DistillationToken)
            head_dist = Add(nameof(head_dist), nn.Linear(Shape.Width, Options.NumClasses));
    }

    /// <summary>
    /// timm's initialisation: normal weights of deviation 0.02 (the truncation a hundred deviations away has no effect), biases of 0.
    /// </summary>
    /// <param name="prefixDeviation">Deviation of the class and register tokens.</param>
    private protected void InitialiseLayers(double prefixDeviation)
    {
        // TorchSharp 0.107's trunc_normal_ fills with a constant.
        if (pos_embed is not null)
            nn.init.normal_(pos_embed, std: 0.02);
        if (cls_token is not null)
            nn.init.normal_(cls_token, std: prefixDeviation);
        if (reg_token is not null)
            nn.init.normal_(reg_token, std: prefixDeviation);
        if (dist_token is not null)
            nn.init.normal_(dist_token, std: 0.02);
        foreach ((_, nn.Module module) in named_modules())
        {
            if (module is not Linear linear)
                continue;
            nn.init.normal_(linear.weight!, std: 0.02);
            if (linear.bias is not null)
                nn.init.zeros_(linear.bias);
        }

        attn_pool?.InitialiseQuery();
    }

    /// <summary>
    /// The initialisation of BEiT and EVA: the last layers of branches smaller in higher blocks, the classifier almost 0.
    /// </summary>
    private protected void InitialiseDeep()
    {
        const double headScale = 0.001;
        InitialiseLayers(prefixDeviation: 0.02);
        int layer = 1;
        foreach (TransformerBlock block in blocks)
        {
            foreach (string end in new[] { "attn.proj.weight", "mlp.fc2.weight" })
                block.get_parameter(end)!.TimesInPlace(1 / Math.Sqrt(2.0 * layer));
            layer++;
        }

        head.weight!.TimesInPlace(headScale);
    }

    private static TransformerShape Pooled(ModelInfo info, ModelOptions options, TransformerShape shape)
    {
        if (options.GlobalPool is not { } pool || pool == shape.Pool)
            return shape;
        bool fits = pool switch
        {
            GlobalPool.Token => shape.ClassToken,
            GlobalPool.Map => shape is VisionTransformerShape,
            _ => true,
        };
        if (!fits || shape.DistillationToken)
            throw new InputException(
                $"The model '{info.Name}' cannot pool by '{pool.ToString().ToLowerInvariant()}'.", "global_pool",
                "Leave it out for the model's own pooling.");
        return shape with { Pool = pool };
    }

    private T Add<T>(string name, T module)
        where T : nn.Module
    {
        register_module(name, module);
        return module;
    }

    private Tensor Patches(Tensor tokens) => tokens.narrow(1, Shape.PrefixTokens, (long)Grid * Grid);

    private Tensor Drop(Tensor pooled) => Options.DropRate > 0 ? nn.functional.dropout(pooled, Options.DropRate, training) : pooled;

    /// <summary>The mean of the outputs of the class token and the distillation token (DeiT, Touvron 2021).</summary>
    private Tensor ForwardTwoHeads(Tensor features, bool preLogits)
    {
        using Scalar half = 0.5;
        (Tensor own, Tensor distilled) = preLogits ? (features.select(1, 0), features.select(1, 1)) : ForwardHeads(features);
        return own.Plus(distilled) * half;
    }

    private sealed class PatchEmbedding : nn.Module<Tensor, Tensor>
    {
        private readonly Convolution proj;

        public PatchEmbedding(int patch, int width, bool bias)
            : base(nameof(PatchEmbedding))
        {
            proj = Convolutions.Make(3, width, patch, stride: patch, bias: bias);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            return proj.call(x).flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
        }
    }
}

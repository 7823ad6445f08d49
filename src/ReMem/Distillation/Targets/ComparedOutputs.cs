using ReMem.Distillation.Losses;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Targets;

/// <summary>The outputs of teacher and student that an objective compares in addition to their logits, in a form that both have.</summary>
internal sealed record ComparedOutputs
{
    private const string Where = "student.distillation.objective";

    /// <summary>Whether the pooled feature is compared.</summary>
    public bool Features { get; init; }

    /// <summary>Side of the grid of the compared tokens; 0 compares none.</summary>
    public int TokenGrid { get; init; }

    /// <summary>Side of the grid of the compared attention; 0 compares none.</summary>
    public int AttentionGrid { get; init; }

    /// <summary>Whether the attention has the class token among its tokens.</summary>
    public bool ClassToken { get; init; }

    /// <summary>Whether the attention is the mean over the heads, since the models have different numbers of them.</summary>
    public bool HeadMean { get; init; }

    /// <summary>Whether outputs by spatial position are compared.</summary>
    public bool HasMaps => TokenGrid > 0 || AttentionGrid > 0;

    /// <summary>The outputs of two models that an objective compares.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="student">The student, on views of that size.</param>
    /// <param name="size">Side of the student's full views, pixels.</param>
    /// <param name="teacher">The teacher, on views of its own size.</param>
    /// <exception cref="InputException">The models have no outputs that can be matched.</exception>
    public static ComparedOutputs Of(DistillationObjective objective, ImageModel student, int size, ImageModel teacher)
    {
        var compared = new ComparedOutputs
        {
            Features = objective.NeedsFeatures,
            TokenGrid = objective.NeedsTokens
                ? Math.Min(PatchTokens.ShapeOf(student, size).Grid, PatchTokens.ShapeOf(teacher, teacher.ImageSize).Grid)
                : 0,
        };
        if (!objective.NeedsAttention)
            return compared;
        (TransformerModel s, TransformerModel t) = (Transformer(student), Transformer(teacher));
        return compared with
        {
            AttentionGrid = Math.Min(s.Grid, t.Grid),
            ClassToken = s.Shape.ClassToken && t.Shape.ClassToken,
            HeadMean = s.Shape.Heads != t.Shape.Heads,
        };
    }

    /// <summary>Throws for models without attention where the objective compares it.</summary>
    /// <exception cref="InputException">One of them has no attention.</exception>
    public static void Require(DistillationObjective objective, params string[] models)
    {
        if (objective.NeedsAttention && models.FirstOrDefault(name => ModelCatalogue.ShapeOf(name) is null) is { } other)
            throw NoAttention(other);
    }

    /// <summary>Reduces outputs to those that are compared; the rest is disposed.</summary>
    public BatchOutputs Select(BatchOutputs outputs)
    {
        Tensor? Kept(Tensor? part, bool wanted)
        {
            if (wanted)
                return part;
            part?.Dispose();
            return null;
        }

        return new BatchOutputs(outputs.Logits, Kept(outputs.Features, Features))
        {
            Tokens = Kept(outputs.Tokens, TokenGrid > 0),
            Attention = Kept(outputs.Attention, AttentionGrid > 0),
        };
    }

    /// <summary>
    /// A model's outputs for images; with <paramref name="apart"/> and a distillation token, also those of that token's classifier.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Normalised [B, 3, H, W].</param>
    /// <param name="apart">
    /// Whether both labels and teacher teach, so that a model with a distillation token learns each with its own classifier. If only one of
    /// them teaches, it trains the mean of both, which is the model's output: else one of the two would stay untrained.
    /// </param>
    public (BatchOutputs Outputs, Tensor? Own) Read(ImageModel model, Tensor images, bool apart = false)
    {
        (BatchOutputs[] outputs, Tensor? own) = Read(model, images, [this], apart);
        return (outputs[0], own);
    }

    /// <summary>A model's outputs for images in the form of each of several comparisons (at least one), from one pass.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Normalised [B, 3, H, W].</param>
    /// <param name="compared">The comparison with each teacher.</param>
    /// <param name="apart">Whether both labels and teacher teach.</param>
    public static (BatchOutputs[] Outputs, Tensor? Own) Read(ImageModel model, Tensor images, IReadOnlyList<ComparedOutputs> compared,
        bool apart)
    {
        var distilled = apart && model is TransformerModel { Shape.DistillationToken: true } transformer ? transformer : null;
        if (distilled is null && !compared.Any(c => c.Features || c.HasMaps))
        {
            Tensor answer = model.call(images);
            return ([.. compared.Select((_, i) => new BatchOutputs(i == 0 ? answer : answer.alias(), null))], null);
        }

        using DisposeScope scope = NewDisposeScope();
        using LastAttention? attention = compared.Any(c => c.AttentionGrid > 0) ? new LastAttention(Transformer(model)) : null;
        Tensor maps = model.ForwardFeatures(images);
        Tensor? own = null;
        Tensor logits;
        if (distilled is null)
            logits = model.ForwardHead(maps);
        else
            (own, logits) = distilled.ForwardHeads(maps);
        Tensor? pooled = compared.Any(c => c.Features) ? model.ForwardHead(maps, preLogits: true) : null;

        // Resampling to the other grid uses the loss's precision.
        using IDisposable? exact = Autocast.Suspend(images.device_type);
        BatchOutputs[] outputs = [.. compared.Select(c =>
            new BatchOutputs(logits.alias().MoveToOuterDisposeScope(), c.Features ? pooled!.alias().MoveToOuterDisposeScope() : null)
        {
            Tokens = c.TokenGrid > 0 ? c.Coarser(PatchTokens.Of(model, maps)).MoveToOuterDisposeScope() : null,
            Attention = c.AttentionGrid > 0
                ? CoarserGrid.Attention(attention!.Distributions(c.ClassToken, c.HeadMean), c.ClassToken ? 1 : 0, c.AttentionGrid)
                    .MoveToOuterDisposeScope()
                : null,
        })];
        return (outputs, own?.MoveToOuterDisposeScope());
    }

    /// <summary>Smaller views of a progressive training have smaller maps, to which the teacher's are reduced.</summary>
    private Tensor Coarser(Tensor tokens) => CoarserGrid.Tokens(
        tokens.dtype == ScalarType.BFloat16 ? tokens.to(ScalarType.Float32) : tokens, Math.Min(TokenGrid,
            CoarserGrid.Side(tokens.shape[1])));

    private static TransformerModel Transformer(ImageModel model) => model as TransformerModel ?? throw NoAttention(model.Info.Name);

    private static InputException NoAttention(string model) => new(
        $"The objective compares the attention of two vision transformers, and '{model}' has none.", Where,
        "Use tokens, which compares maps of any two models.");
}

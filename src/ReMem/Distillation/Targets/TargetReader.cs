using ReMem.Distillation.Losses;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Targets;

/// <summary>Reads the outputs of a teacher or a student that <see cref="TargetSpec"/>s name.</summary>
internal static class TargetReader
{
    /// <summary>A model's outputs for images.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Normalised [B, 3, H, W].</param>
    /// <param name="spec">The wanted outputs.</param>
    public static BatchOutputs Read(ImageModel model, Tensor images, TargetSpec spec) =>
        Read(model, images, [spec], apart: false).Outputs[0];

    /// <summary>
    /// A model's outputs for images in the form of each of several specs (at least one), from one pass; with <paramref name="apart"/> and a
    /// distillation token, the outputs are those of that token's classifier, and Own has the logits of the model's own.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Normalised [B, 3, H, W].</param>
    /// <param name="specs">The wanted outputs: for a student, those that it is compared in with each teacher.</param>
    /// <param name="apart">
    /// Whether both labels and teacher teach, so that a model with a distillation token learns each with its own classifier. If only one of
    /// them teaches, it trains the mean of both, which is the model's output: else one of the two would stay untrained.
    /// </param>
    public static (BatchOutputs[] Outputs, Tensor? Own) Read(ImageModel model, Tensor images, IReadOnlyList<TargetSpec> specs, bool apart)
    {
        var distilled = apart && model is TransformerModel { Shape.DistillationToken: true } transformer ? transformer : null;
        if (distilled is null && !specs.Any(s => s.Features > 0 || s.HasMaps))
        {
            Tensor answer = model.call(images);
            return ([.. specs.Select((_, i) => new BatchOutputs(i == 0 ? answer : answer.alias(), null))], null);
        }

        using DisposeScope scope = NewDisposeScope();
        using LastAttention? attention = specs.Any(s => s.Maps is { AttentionGrid: > 0 })
            ? new LastAttention(MapSpec.Transformer(model))
            : null;
        Tensor maps = model.ForwardFeatures(images);
        Tensor? own = null;
        Tensor logits;
        if (distilled is null)
            logits = model.ForwardHead(maps);
        else
            (own, logits) = distilled.ForwardHeads(maps);
        Tensor? pooled = specs.Any(s => s.Features > 0) ? model.ForwardHead(maps, preLogits: true) : null;

        // Resampling to the other grid uses the loss's precision.
        using IDisposable? exact = Autocast.Suspend(images.device_type);
        BatchOutputs[] outputs = [.. specs.Select(s =>
            new BatchOutputs(logits.alias().MoveToOuterDisposeScope(), s.Features > 0 ? pooled!.alias().MoveToOuterDisposeScope() : null)
        {
            Tokens = s.Maps is { TokenGrid: > 0 and var grid }
                ? Coarser(PatchTokens.Of(model, maps), grid).MoveToOuterDisposeScope()
                : null,
            Attention = s.Maps is { AttentionGrid: > 0 } m
                ? CoarserGrid.Attention(attention!.Distributions(m.ClassToken, m.HeadMean), m.ClassToken ? 1 : 0, m.AttentionGrid)
                    .MoveToOuterDisposeScope()
                : null,
        })];
        return (outputs, own?.MoveToOuterDisposeScope());
    }

    /// <summary>Smaller views of a progressive training have smaller maps, to which the teacher's are reduced.</summary>
    private static Tensor Coarser(Tensor tokens, int grid) => CoarserGrid.Tokens(
        tokens.dtype == ScalarType.BFloat16 ? tokens.to(ScalarType.Float32) : tokens, Math.Min(grid, CoarserGrid.Side(tokens.shape[1])));
}

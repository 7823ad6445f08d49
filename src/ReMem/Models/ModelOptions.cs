using ReMem.Models.Layers;

namespace ReMem.Models;

/// <summary>The options of a model. Validated by <see cref="ModelCatalogue.Create(string, ModelOptions)"/>.</summary>
public sealed record ModelOptions
{
    /// <summary>Outputs of the classifier; 1 or more. Default 1000.</summary>
    public int NumClasses { get; init; } = 1000;

    /// <summary>
    /// Side of the square input in pixels; a multiple of the patch size for ViTs, 32 or more for ConvNeXt. Default: the model's own.
    /// </summary>
    public int? ImageSize { get; init; }

    /// <summary>Stochastic depth at the last block, 0 to below 1, rising linearly from 0 at the first (Huang 2016). Default 0.</summary>
    public double DropPathRate { get; init; }

    /// <summary>Dropout before the classifier, 0 to below 1. Default: 0.</summary>
    public double DropRate { get; init; }

    /// <summary>
    /// How a transformer's tokens are pooled, where a checkpoint was fine-tuned with another pooling than the model's own. Default: the
    /// model's own.
    /// </summary>
    public GlobalPool? GlobalPool { get; init; }

    /// <summary>Whether a ViT normalises queries and keys, as with timm's <c>qk_norm</c>. Default false.</summary>
    public bool QkNorm { get; init; }
}

using ReMem.Models.Layers;

namespace ReMem.Models;

/// <summary>The numbers of a transformer of the catalogue.</summary>
/// <param name="PatchSize">Side of a patch, pixels.</param>
/// <param name="Width">Channels of a token; a multiple of the number of heads.</param>
/// <param name="Depth">Blocks.</param>
/// <param name="Heads">Attention heads.</param>
internal abstract record TransformerShape(int PatchSize, int Width, int Depth, int Heads) : ICountedShape
{
    /// <summary>Hidden channels of an MLP over <see cref="Width"/>. Default 4.</summary>
    public double MlpRatio { get; init; } = 4;

    /// <summary>The MLPs' form. Default plain.</summary>
    public MlpKind Mlp { get; init; }

    /// <summary>The plain MLPs' nonlinearity. Default GELU.</summary>
    public GeluKind Activation { get; init; }

    /// <summary>Whether queries, keys and values have biases (EVA's and BEiT's keys never have). Default true.</summary>
    public bool QkvBias { get; init; } = true;

    /// <summary>Initial gain of each channel of a branch (LayerScale, Touvron 2021); null has no gains. Default null.</summary>
    public double? LayerScale { get; init; }

    /// <summary>Whether a class token comes first. Default true.</summary>
    public bool ClassToken { get; init; } = true;

    /// <summary>Whether a distillation token with a classifier of its own comes second (DeiT, Touvron 2021). Default false.</summary>
    public bool DistillationToken { get; init; }

    /// <summary>Register tokens (Darcet 2024). Default 0.</summary>
    public int RegisterTokens { get; init; }

    /// <summary>Whether positions are learned and added to the tokens. Default true.</summary>
    public bool AbsolutePositions { get; init; } = true;

    /// <summary>
    /// Whether those positions include the tokens before the patches; timm's <c>no_embed_class</c> is the opposite. Default true.
    /// </summary>
    public bool PrefixPositions { get; init; } = true;

    /// <summary>Whether a norm precedes the blocks and the patch embedding has no bias (CLIP). Default false.</summary>
    public bool PreNorm { get; init; }

    /// <summary>Epsilon of the norms. Default 1e-6.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>How the tokens are pooled. Default the class token.</summary>
    public GlobalPool Pool { get; init; }

    /// <summary>
    /// Whether the final norm follows the pooling instead of preceding it; null means only where the pooling is a mean. Default null.
    /// </summary>
    public bool? FcNorm { get; init; }

    /// <summary>Hidden channels of an MLP, the inputs of its last layer.</summary>
    public int HiddenWidth => (int)(Width * MlpRatio);

    /// <summary>Tokens before the patches.</summary>
    public int PrefixTokens => (ClassToken ? 1 : 0) + (DistillationToken ? 1 : 0) + RegisterTokens;

    /// <summary>Number of them that the position embedding covers.</summary>
    public int EmbeddedPrefixTokens => PrefixPositions ? PrefixTokens : 0;

    /// <summary>Whether the norm comes after pooling.</summary>
    public bool NormAfterPooling => FcNorm ?? (Pool == GlobalPool.Avg);

    /// <summary>Throws where patches do not fill the image.</summary>
    /// <exception cref="InputException">The size is not a multiple of the patch.</exception>
    internal void RequireSize(string model, int size)
    {
        if (size % PatchSize == 0)
            return;
        int below = Math.Max(PatchSize, size / PatchSize * PatchSize);
        throw new InputException(
            $"The image size {size} is not a multiple of the patch size {PatchSize} of '{model}'.", "image size",
            $"Use {below} or {below + PatchSize}.");
    }

    /// <summary>Builds a model of these numbers, initialised as timm does.</summary>
    /// <exception cref="InputException">The image size is not a multiple of the patch, or the pooling does not fit the tokens.</exception>
    public abstract TransformerModel Build(ModelInfo info, ModelOptions options);

    /// <inheritdoc/>
    ModelStatistics ICountedShape.Count(int imageSize, int classes) => TransformerStatistics.Of(this, imageSize, classes);
}

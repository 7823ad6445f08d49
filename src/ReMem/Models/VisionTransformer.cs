using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>
/// The pre-norm Vision Transformer (Dosovitskiy 2021) with timm's names: also DeiT and its distilled form (Touvron 2021), DeiT III (Touvron 2022),
/// DINOv2 (Oquab 2023) with and without registers, and the image towers of CLIP (Radford 2021) and SigLIP (Zhai 2023).
/// </summary>
internal sealed class VisionTransformer : TransformerModel
{
    /// <summary>Builds the model, initialised as timm does.</summary>
    /// <param name="info">The catalogue's entry.</param>
    /// <param name="options">Classes, image size, pooling, stochastic depth.</param>
    /// <param name="shape">Its numbers.</param>
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
internal sealed record VisionTransformerShape(int PatchSize, int Width, int Depth, int Heads) : TransformerShape(PatchSize, Width, Depth, Heads)
{
    /// <summary>Whether queries and keys are normed a head (Dehghani 2023). Default false.</summary>
    public bool QkNorm { get; init; }

    /// <inheritdoc/>
    public override TransformerModel Build(ModelInfo info, ModelOptions options) => new VisionTransformer(info, options, this);
}

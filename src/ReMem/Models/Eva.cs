using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>EVA-02 (Fang 2023) with its CLIP towers, and DINOv3's ViTs (Simeoni 2025), as timm's <c>Eva</c>: rotary positions in every block.</summary>
internal sealed class Eva : TransformerModel
{
    private readonly RotaryTable _rope;

    /// <summary>Builds the model, initialised as timm does.</summary>
    /// <param name="info">The catalogue's entry.</param>
    /// <param name="options">Classes, image size, pooling, stochastic depth.</param>
    /// <param name="shape">Its numbers.</param>
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

    /// <summary>The angles of the positions.</summary>
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
    /// <summary>Patches along a side in pretraining, whose coordinates EVA-02 keeps; null has DINOv3's coordinates, from -1 to 1. Default null.</summary>
    public int? TrainedGrid { get; init; }

    /// <summary>Whether queries, keys and values have a layer each. Default false.</summary>
    public bool SplitQkv { get; init; }

    /// <summary>Whether a norm precedes the attention's last layer (sub-LN). Default false.</summary>
    public bool AttentionNorm { get; init; }

    /// <inheritdoc/>
    public override TransformerModel Build(ModelInfo info, ModelOptions options) => new Eva(info, options, this);
}

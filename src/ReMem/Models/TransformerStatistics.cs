using ReMem.Models.Layers;

namespace ReMem.Models;

/// <summary>Sizes of transformers from their shape alone: building the largest ones to count them would take gigabytes.</summary>
internal static class TransformerStatistics
{
    /// <summary>The counts that <see cref="ModelStatistics.Of(ImageModel)"/> gives for the built model.</summary>
    public static ModelStatistics Of(TransformerShape shape, int imageSize, int classes)
    {
        long width = shape.Width, hidden = shape.HiddenWidth, patchPixels = 3L * shape.PatchSize * shape.PatchSize;
        long grid = imageSize / shape.PatchSize;
        long patches = grid * grid;
        long tokens = shape.PrefixTokens + patches;
        long heads = shape.DistillationToken ? 2 : 1;
        bool gated = shape.Mlp != MlpKind.Plain;
        long mlp = (gated ? 3 : 2) * width * hidden;
        bool pools = shape.Pool == GlobalPool.Map;

        long block = (4 * width * width) + mlp;
        long macs = (patches * patchPixels * width) + (shape.Depth * ((tokens * block) + (2 * tokens * tokens * width)))
            + (heads * width * classes);
        if (pools)
            macs += (2 * width * width) + (patches * 2 * width * width) + (2 * patches * width) + (2 * width * hidden);

        // Two norms and the last layers' biases, the attention's own, the MLP's other biases, its norm, the gains.
        long vectors = (6 * width) + AttentionVectors(shape, (int)grid) + ((gated ? 2 : 1) * hidden);
        vectors += (shape.Mlp == MlpKind.NormedSwiGlu ? 2 * hidden : 0) + (shape.LayerScale is null ? 0 : 2 * width);
        long parameters = (patchPixels * width) + (shape.PreNorm ? 2 * width : width) + (shape.PrefixTokens * width) + (2 * width);
        parameters += (shape.AbsolutePositions ? (shape.EmbeddedPrefixTokens + patches) * width : 0) + (shape.Depth * (block + vectors));
        parameters += (pools ? (4 * width * width) + (8 * width) + (2 * width * hidden) + hidden : 0)
            + (heads * ((width * classes) + classes));
        return new ModelStatistics(parameters, macs);
    }

    private static long AttentionVectors(TransformerShape shape, int grid) => shape switch
    {
        VisionTransformerShape vit => (vit.QkvBias ? 3L * vit.Width : 0) + (vit.QkNorm ? 4L * (vit.Width / vit.Heads) : 0),
        EvaShape eva => (eva.QkvBias ? 2L * eva.Width : 0) + (eva.AttentionNorm ? 2L * eva.Width : 0),
        BeitShape beit => (beit.QkvBias ? 2L * beit.Width : 0) + ((long)Beit.TableRows(grid) * beit.Heads),
        _ => throw new ArgumentException($"{shape.GetType().Name} has no count", nameof(shape)),
    };
}

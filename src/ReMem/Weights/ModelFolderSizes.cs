using ReMem.Models;
using ReMem.Weights.Files;

namespace ReMem.Weights;

/// <summary>Checks a model folder's config.json against the weights next to it, before memory is allocated.</summary>
internal static class ModelFolderSizes
{
    private const string Restore = "Restore the folder.";
    private const int MaxImageSize = 2048;

    /// <summary>Above this number of classes, the file must have a head with as many.</summary>
    private const int ClassesWithoutHead = 10_000;

    /// <summary>
    /// Limits of the tokens for another image size than the file's: this multiple of the file's own, and in any case this many.
    /// </summary>
    private const long MaxGrowth = 16, TokensAllowed = 16_384;

    /// <summary>Throws where config.json contradicts the weights.</summary>
    /// <exception cref="InputException">Classes, image size or architecture differ from the file's.</exception>
    public static void RequireJustified(ModelFolderConfig config, TimmWeightsFile weights, string directory)
    {
        int classes = config.Options.NumClasses;
        long? head = config.Info.HeadTensors.Select(weights.Tensors.GetValueOrDefault)
            .FirstOrDefault(t => t is not null)?.Shape.FirstOrDefault();
        if (classes < 1 || (head is null && classes > ClassesWithoutHead))
            throw new InputException($"config.json says {classes} classes, but the weights have no head of as many.", directory, Restore);
        if (head is { } rows && rows != classes)
            throw new InputException($"The weights have a head of {rows} classes, but config.json says {classes} classes.", directory,
                Restore);
        if (config.Options.ImageSize is { } side && side is < 8 or > MaxImageSize)
            throw new InputException($"config.json says an image size of {side} px; it must be 8 to {MaxImageSize}.", directory, Restore);
        if (ModelCatalogue.ShapeOf(config.Info.Name) is { } shape)
            RequireTransformer(config, shape, weights, directory);
    }

    private static void RequireTransformer(ModelFolderConfig config, TransformerShape shape, TimmWeightsFile weights, string directory)
    {
        // The largest models take gigabytes to build; a file with another width or depth does not have their weights.
        if (ArchitectureGuess.TransformerNumbers(weights) is not { } own || (own.Width, own.Depth) != (shape.Width, shape.Depth))
        {
            IReadOnlyList<string> alike = ArchitectureGuess.Of(weights);
            throw new InputException(
                $"The weights are not those of '{config.Info.Name}', which has {shape.Depth} blocks of width {shape.Width}.",
                directory,
                alike.Count == 0 ? Restore : $"They look like {string.Join(" or ", alike.Select(n => $"'{n}'"))}.");
        }

        long grid = (config.Options.ImageSize ?? config.Info.ImageSize) / shape.PatchSize;
        TensorEntry? positions = weights.Tensors.GetValueOrDefault("pos_embed");
        long tokens = positions is { Shape: [_, var count, _] } ? Math.Max(TokensAllowed, MaxGrowth * count) : TokensAllowed;
        if (grid * grid > tokens)
            throw new InputException(
                $"config.json says an image size of {config.Options.ImageSize} px, {grid * grid} patches; the weights allow at most "
                    + $"{tokens}.", directory, Restore);
    }
}

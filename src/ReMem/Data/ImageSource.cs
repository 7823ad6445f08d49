namespace ReMem.Data;

/// <summary>An image in memory: interleaved 8-bit RGB rows, top first.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Pixels">Width x Height x 3 bytes.</param>
public sealed record RgbImage(int Width, int Height, byte[] Pixels);

/// <summary>One labelled, still encoded image set: a split of a data set. Implementations are safe for concurrent reads.</summary>
public interface IImageSource
{
    /// <summary>How many samples.</summary>
    int Count { get; }

    /// <summary>The class index of sample <paramref name="index"/>, into the data set's class list.</summary>
    int Label(int index);

    /// <summary>Where the sample is, for messages: a file's path, or "shard.parquet row 17".</summary>
    string Name(int index);

    /// <summary>The encoded bytes (JPEG, PNG, WebP, GIF ...).</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    byte[] Read(int index);
}

/// <summary>A data set: a class list and its splits.</summary>
/// <param name="Description">Where it came from, for reports.</param>
/// <param name="Classes">Class names in index order.</param>
/// <param name="Train">The training split.</param>
/// <param name="Validation">The split that choices are made on.</param>
/// <param name="Test">The split that results are reported on.</param>
/// <param name="Warnings">What a user should know: a class absent from validation, say.</param>
public sealed record ImageDataset(
    string Description,
    IReadOnlyList<string> Classes,
    IImageSource Train,
    IImageSource Validation,
    IImageSource Test,
    IReadOnlyList<string> Warnings);

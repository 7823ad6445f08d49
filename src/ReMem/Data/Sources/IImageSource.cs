namespace ReMem.Data.Sources;

/// <summary>One labelled, still encoded image set: a split of a data set. Implementations are safe for concurrent reads.</summary>
public interface IImageSource
{
    /// <summary>Number of samples.</summary>
    int Count { get; }

    /// <summary>The class index of sample <paramref name="index"/>, into the data set's class list.</summary>
    int Label(int index);

    /// <summary>The sample's name for messages: a file's path, or "shard.parquet row 17".</summary>
    string Name(int index);

    /// <summary>The encoded bytes (JPEG, PNG, WebP, GIF ...).</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    byte[] Read(int index);
}

namespace ReMem.Data.Pack;

/// <summary>A packed data set.</summary>
/// <param name="Folder">Its folder, which is a data source.</param>
/// <param name="Train">Images to train on.</param>
/// <param name="Validation">Images of validation.</param>
/// <param name="Test">Images of test.</param>
/// <param name="Shards">Parquet files.</param>
/// <param name="SourceBytes">Bytes of the encoded source images.</param>
/// <param name="Bytes">Bytes of the written files.</param>
/// <param name="Unchanged">Images that were small enough to stay as they were.</param>
/// <param name="BadImages">Images that were left out, each with the reason.</param>
internal sealed record PackResult(
    string Folder, int Train, int Validation, int Test, int Shards, long SourceBytes, long Bytes, int Unchanged,
    IReadOnlyList<string> BadImages);

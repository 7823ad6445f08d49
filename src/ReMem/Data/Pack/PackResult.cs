namespace ReMem.Data.Pack;

/// <summary>A packed data set.</summary>
/// <param name="Folder">Its folder, which is a data source as it is.</param>
/// <param name="Train">Images to train on.</param>
/// <param name="Validation">Images of validation.</param>
/// <param name="Test">Images of test.</param>
/// <param name="Shards">Parquet files.</param>
/// <param name="SourceBytes">Of the encoded images that went in.</param>
/// <param name="Bytes">Of the files that came out.</param>
/// <param name="Unchanged">Images that were small enough to stay as they were.</param>
/// <param name="BadImages">Images that were left out, each with the reason.</param>
internal sealed record PackResult(
    string Folder, int Train, int Validation, int Test, int Shards, long SourceBytes, long Bytes, int Unchanged, IReadOnlyList<string> BadImages);

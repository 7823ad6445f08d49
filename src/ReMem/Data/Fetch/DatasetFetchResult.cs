namespace ReMem.Data.Fetch;

/// <summary>A data set that was fetched.</summary>
/// <param name="Name">What the command calls it.</param>
/// <param name="Folder">Its folder, which is a data source as it is.</param>
/// <param name="Page">Where its authors say how it may be used.</param>
/// <param name="WasThere">Whether it was there already.</param>
/// <param name="Classes">How many classes.</param>
/// <param name="Train">Images to train on.</param>
/// <param name="Validation">Images of validation, taken from training where the data set has no such split.</param>
/// <param name="Test">Images of test.</param>
internal sealed record DatasetFetchResult(string Name, string Folder, string Page, bool WasThere, int Classes, int Train, int Validation, int Test);

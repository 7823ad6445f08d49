namespace ReMem.Data.Fetch;

/// <summary>A data set that was fetched.</summary>
/// <param name="Name">Its name for the command.</param>
/// <param name="Folder">Its folder, which is a data source.</param>
/// <param name="Page">The authors' page, with the terms of use.</param>
/// <param name="WasThere">Whether it was there already.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Train">Images to train on.</param>
/// <param name="Validation">Images of validation, taken from training where the data set has no such split.</param>
/// <param name="Test">Images of test.</param>
internal sealed record DatasetFetchResult(string Name, string Folder, string Page, bool WasThere, int Classes, int Train, int Validation,
    int Test);

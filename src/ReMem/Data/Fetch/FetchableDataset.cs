namespace ReMem.Data.Fetch;

/// <summary>A data set that can be fetched by name.</summary>
/// <param name="Name">What the command calls it.</param>
/// <param name="Title">What people call it, and whose it is.</param>
/// <param name="Page">Where its authors describe it and say how it may be used.</param>
/// <param name="Bytes">Of all that is downloaded.</param>
internal sealed record FetchableDataset(string Name, string Title, string Page, long Bytes);

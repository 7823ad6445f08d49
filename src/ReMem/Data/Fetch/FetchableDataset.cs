namespace ReMem.Data.Fetch;

/// <summary>A data set that can be fetched by name.</summary>
/// <param name="Name">Its name for the command.</param>
/// <param name="Title">Its usual name and its authors.</param>
/// <param name="Page">The authors' page, with the terms of use.</param>
/// <param name="Bytes">Total size of the downloads.</param>
internal sealed record FetchableDataset(string Name, string Title, string Page, long Bytes);

namespace ReMem.Data.Fetch;

/// <summary>A public data set that is fetched by name.</summary>
/// <param name="Name">Its name for the command.</param>
/// <param name="Title">Its usual name and its authors.</param>
/// <param name="Page">The authors' page, with the terms of use.</param>
/// <param name="Files">The files to download.</param>
internal sealed record KnownDataset(string Name, string Title, string Page, params KnownFile[] Files)
{
    /// <summary>Writes what the unpacked folder needs to be readable; may be null.</summary>
    public Action<string>? Describe { get; init; }

    /// <summary>Limits of unpacking its archives.</summary>
    public UnpackLimits Limits { get; init; } = new();
}

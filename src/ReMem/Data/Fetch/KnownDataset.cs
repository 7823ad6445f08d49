namespace ReMem.Data.Fetch;

/// <summary>A public data set that is fetched by name.</summary>
/// <param name="Name">What the command calls it.</param>
/// <param name="Title">What people call it, and whose it is.</param>
/// <param name="Page">Where its authors describe it, and say how it may be used.</param>
/// <param name="Files">All that is downloaded.</param>
internal sealed record KnownDataset(string Name, string Title, string Page, params KnownFile[] Files)
{
    /// <summary>Writes what makes the unpacked folder readable, where it is not by itself.</summary>
    public Action<string>? Describe { get; init; }

    /// <summary>What its archives may unpack to.</summary>
    public UnpackLimits Limits { get; init; } = new();
}

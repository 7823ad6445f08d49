using System.ComponentModel.DataAnnotations;
using ReMem.Runtime.Downloads;

namespace ReMem.Data.Fetch;

/// <summary>Which data set is fetched, from where and to where.</summary>
internal sealed record DatasetFetchOptions
{
    /// <summary>One of <see cref="DatasetFetcher.Known"/>.</summary>
    [Required]
    public required string Name { get; init; }

    /// <summary>The folder that becomes the data set; it must not exist, or be empty, or hold this very data set. Default data/NAME.</summary>
    public string? Folder { get; init; }

    /// <summary>
    /// A folder where downloaded files are kept, as NAME/FILE, and looked for first, so that they can be brought by other means. Default null: they are
    /// deleted once they are unpacked.
    /// </summary>
    public string? Archives { get; init; }

    /// <summary>An http or https address in place of the authors' own: it has NAME/FILE for each file. Default null.</summary>
    public Uri? Mirror { get; init; }

    /// <summary>Asks no server: uses what is there. Default false.</summary>
    public bool Offline { get; init; }

    /// <summary>How patient downloads are.</summary>
    public DownloadOptions Download { get; init; } = new();
}

/// <summary>A data set that can be fetched by name.</summary>
/// <param name="Name">What the command calls it.</param>
/// <param name="Title">What people call it, and whose it is.</param>
/// <param name="Page">Where its authors describe it and say how it may be used.</param>
/// <param name="Bytes">Of all that is downloaded.</param>
internal sealed record FetchableDataset(string Name, string Title, string Page, long Bytes);

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

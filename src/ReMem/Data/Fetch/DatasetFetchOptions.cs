using System.ComponentModel.DataAnnotations;
using ReMem.Runtime.Downloads;

namespace ReMem.Data.Fetch;

/// <summary>Which data set is fetched, from where and to where.</summary>
internal sealed record DatasetFetchOptions
{
    /// <summary>One of <see cref="DatasetFetcher.Known"/>.</summary>
    [Required]
    public required string Name { get; init; }

    /// <summary>
    /// The folder that becomes the data set; it must not exist, or be empty, or hold this very data set. Default data/NAME.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>
    /// A folder where downloaded files are kept, as NAME/FILE, and looked for first, so that they can be copied there by other means.
    /// Default null: they are deleted after unpacking.
    /// </summary>
    public string? Archives { get; init; }

    /// <summary>An http or https address instead of the authors' servers: it has NAME/FILE for each file. Default null.</summary>
    public Uri? Mirror { get; init; }

    /// <summary>Contacts no server: uses existing files. Default false.</summary>
    public bool Offline { get; init; }

    /// <summary>Timeouts and retries of downloads.</summary>
    public DownloadOptions Download { get; init; } = new();
}

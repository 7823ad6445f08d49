namespace ReMem.Runtime.Downloads;

/// <summary>A file to download from a server to a place on disk.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Target">The file; it appears whole or not at all.</param>
/// <param name="Partial">The partial file, on the target's disk. An existing one is continued.</param>
internal sealed record Download(string Name, Uri Address, string Target, string Partial)
{
    /// <summary>Its size in bytes; null where it is only known after the transfer.</summary>
    public long? Size { get; init; }

    /// <summary>The hash of its content; null where it is not known.</summary>
    public ContentCheck? Check { get; init; }

    /// <summary>The ETag that every answer must have; null where content is known by its hash.</summary>
    public string? Etag { get; init; }

    /// <summary>The If-Range header, without which a part might be of another version; null where content is known by its hash.</summary>
    public string? IfRange { get; init; }

    /// <summary>Whether a part can be continued. Default true.</summary>
    public bool Resumable { get; init; } = true;

    /// <summary>Whether the address belongs to the server that has a token.</summary>
    public bool Authorize { get; init; }

    /// <summary>What to do where the disk has not enough space for it.</summary>
    public string SpaceRemedy { get; init; } = "Free some disk space, or choose a folder on another disk.";

    /// <summary>Makes the error for a response that refuses.</summary>
    public required Func<HttpAnswer, ReMemException> Refusal { get; init; }
}

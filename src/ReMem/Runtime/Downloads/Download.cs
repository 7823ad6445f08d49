namespace ReMem.Runtime.Downloads;

/// <summary>A file to bring from a server to a place on disk.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Target">Where it goes, whole or not at all.</param>
/// <param name="Partial">Where it grows; on the target's disk. What is there already is continued.</param>
internal sealed record Download(string Name, Uri Address, string Target, string Partial)
{
    /// <summary>Its size in bytes; null where only the transfer will tell.</summary>
    public long? Size { get; init; }

    /// <summary>What its content hashes to; null where nobody says.</summary>
    public ContentCheck? Check { get; init; }

    /// <summary>The ETag that every answer must have; null where content is known by its hash.</summary>
    public string? Etag { get; init; }

    /// <summary>The If-Range header, without which a part might be of another version; null where content is known by its hash.</summary>
    public string? IfRange { get; init; }

    /// <summary>Whether a part can be continued. Default true.</summary>
    public bool Resumable { get; init; } = true;

    /// <summary>Whether the address is of the server that has a token.</summary>
    public bool Authorize { get; init; }

    /// <summary>What to do where the disk has no room for it.</summary>
    public string SpaceRemedy { get; init; } = "Free some disk space, or choose a folder on another disk.";

    /// <summary>The error for an answer that refuses.</summary>
    public required Func<HttpAnswer, ReMemException> Refusal { get; init; }
}

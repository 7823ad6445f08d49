namespace ReMem.Data.Fetch;

/// <summary>A file of a data set on a server.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">The SHA-256 of its content, in lower case.</param>
/// <param name="Addresses">Its addresses, in the order that they are tried.</param>
internal sealed record KnownFile(string Name, long Bytes, string Sha256, params string[] Addresses)
{
    /// <summary>The folder for its content; "" is the data set's root. An archive of one folder is unpacked without that folder.</summary>
    public string Into { get; init; } = "";

    /// <summary>Which entries to unpack; null is all.</summary>
    public Func<string, bool>? Wanted { get; init; }

    /// <summary>Whether it is unpacked.</summary>
    public bool IsArchive => Name.EndsWith(".tar.gz", StringComparison.Ordinal) || Name.EndsWith(".tgz", StringComparison.Ordinal)
        || Name.EndsWith(".zip", StringComparison.Ordinal);
}

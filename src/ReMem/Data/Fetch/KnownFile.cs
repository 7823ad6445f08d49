namespace ReMem.Data.Fetch;

/// <summary>A file of a data set on a server.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">What its content hashes to, in lower case.</param>
/// <param name="Addresses">Where it is, in the order that they are tried in.</param>
internal sealed record KnownFile(string Name, long Bytes, string Sha256, params string[] Addresses)
{
    /// <summary>The folder that its content goes to; "" is the data set's own. An archive of one folder is unpacked without that folder.</summary>
    public string Into { get; init; } = "";

    /// <summary>Which entries are wanted; null is all.</summary>
    public Func<string, bool>? Wanted { get; init; }

    /// <summary>Whether it is unpacked.</summary>
    public bool IsArchive => Name.EndsWith(".tar.gz", StringComparison.Ordinal) || Name.EndsWith(".tgz", StringComparison.Ordinal) || Name.EndsWith(".zip", StringComparison.Ordinal);
}

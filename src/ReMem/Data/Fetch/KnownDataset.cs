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

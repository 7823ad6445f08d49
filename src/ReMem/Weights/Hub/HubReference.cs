using System.Text.RegularExpressions;
using ReMem.Runtime.Downloads;

namespace ReMem.Weights.Hub;

/// <summary>A model repository of the hub at a revision, with an optional file.</summary>
/// <param name="Repository">owner/name.</param>
/// <param name="Revision">A branch, a tag, or a commit's 40 hex digits.</param>
/// <param name="File">The file, with slashes; null where it is not specified.</param>
internal sealed partial record HubReference(string Repository, string Revision, string? File)
{
    public const string Scheme = "hf-hub:";
    private const string DefaultRevision = "main";
    private const int MaxNameLength = 96;

    /// <summary>Whether the revision is a commit, which never changes.</summary>
    public bool IsPinned => IsCommit(Revision);

    public static bool IsCommit(string text) => text.Length == 40 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Reads hf-hub:owner/name[@revision].</summary>
    /// <exception cref="InputException">It is not of that form.</exception>
    public static HubReference Parse(string source)
    {
        string text = source[Scheme.Length..];
        int at = text.IndexOf('@', StringComparison.Ordinal);
        (string repository, string revision) = at < 0 ? (text, DefaultRevision) : (text[..at], text[(at + 1)..]);
        if (repository.Split('/') is not [var owner, var name] || !IsName(owner) || !IsName(name))
            throw new InputException(
                $"'{source}' does not name a repository of the hub.", remedy: "Give hf-hub:owner/name, or hf-hub:owner/name@revision.");
        if (!IsSafePath(revision))
            throw new InputException(
                $"'{source}' does not name a revision of a repository.",
                remedy: "Give a branch, a tag or a commit's 40 hex digits after the @.");
        return new HubReference(repository, revision, null);
    }

    /// <summary>
    /// Parses an address on the hub as a browser shows it: owner/name, owner/name/tree/revision, or a file under
    /// resolve/, blob/ or raw/. Null for any other address.
    /// </summary>
    public static HubReference? FromAddress(Uri address, Uri endpoint)
    {
        string prefix = endpoint.AbsolutePath.TrimEnd('/') + "/";
        if (!HttpTransport.SameOrigin(address, endpoint) || !address.AbsolutePath.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        string[] parts = [.. address.AbsolutePath[prefix.Length..].TrimEnd('/').Split('/').Select(Uri.UnescapeDataString)];
        if (parts.Length < 2 || !IsName(parts[0]) || !IsName(parts[1]))
            return null;
        string repository = $"{parts[0]}/{parts[1]}";
        string path = string.Join('/', parts.Skip(4));
        return parts switch
        {
            [_, _] => new HubReference(repository, DefaultRevision, null),
            [_, _, "tree", var revision] when IsSafePath(revision) => new HubReference(repository, revision, null),
            [_, _, "resolve" or "blob" or "raw", var revision, _, ..] when IsSafePath(revision) && IsSafePath(path) =>
                new HubReference(repository, revision, path),
            _ => null,
        };
    }

    /// <summary>Whether a name with slashes stays inside the folder that it is joined to, on any system.</summary>
    public static bool IsSafePath(string path) => path.Length is > 0 and < 256 && path.Split('/').All(part =>
        part.Length > 0 && part[0] != '.' && part[^1] is not ('.' or ' ')
            && !part.Any(c => c < ' ' || "\\:*?\"<>|".Contains(c, StringComparison.Ordinal)));

    /// <summary>The address of a file.</summary>
    public Uri Address(Uri endpoint, string revision, string file) => new(
        $"{Page(endpoint)}/resolve/{Uri.EscapeDataString(revision)}/{string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>The address of the repository's page, where access can be requested.</summary>
    public string Page(Uri endpoint) => $"{endpoint.AbsoluteUri.TrimEnd('/')}/{Repository}";

    /// <summary>The form that a user writes.</summary>
    public override string ToString() => $"{Scheme}{Repository}@{Revision}";

    // "--" separates owner and name in the cache's folder names, which the hub therefore does not allow in either.
    private static bool IsName(string name) => name.Length <= MaxNameLength && NamePattern().IsMatch(name)
        && !name.Contains("--", StringComparison.Ordinal) && !name.Contains("..", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\z")]
    private static partial Regex NamePattern();
}

using System.Security.Cryptography;
using System.Text;
using ReMem.Runtime;

namespace ReMem.Weights.Hub;

/// <summary>
/// One model's folder of the hub's cache, in huggingface_hub's layout, so that both programs share downloads:
/// models--owner--name/blobs/HASH, refs/REVISION (a commit), snapshots/COMMIT/FILE (a link to the blob), .no_exist/COMMIT/FILE (an empty
/// file: the repository has none), and next to it .locks/models--owner--name/HASH.lock.
/// </summary>
internal sealed class HubCache
{
    /// <summary>A commit has 40 hex digits.</summary>
    private const long MaxNoteBytes = 1 << 12;

    private readonly string _root;
    private readonly string _locks;
    private readonly bool _symlinks;

    /// <param name="options">The cache's folder, and whether it uses links.</param>
    /// <param name="repository">owner/name.</param>
    public HubCache(HubOptions options, string repository)
    {
        string folder = $"models--{repository.Replace("/", "--", StringComparison.Ordinal)}";
        string cache = Path.GetFullPath(options.HubCache);
        _root = Path.Combine(cache, folder);
        _locks = Path.Combine(cache, ".locks", folder);
        _symlinks = options.Symlinks;
    }

    /// <summary>The blob with that ETag.</summary>
    public string Blob(string etag) => Path.Combine(_root, "blobs", BlobName(etag));

    /// <summary>The partial file of a blob.</summary>
    public string Partial(string etag) => Blob(etag) + ".incomplete";

    /// <summary>The lock file of a download.</summary>
    public string Lock(string etag) => Path.Combine(_locks, BlobName(etag) + ".lock");

    /// <summary>A commit's folder.</summary>
    public string Snapshot(string commit) => Path.Combine(_root, "snapshots", commit);

    /// <summary>The last known commit of a revision; null where it is not known.</summary>
    public string? CommitOf(string revision)
    {
        if (HubReference.IsCommit(revision))
            return revision;
        string path = Inside("refs", revision);
        try
        {
            return File.Exists(path) && InputFile.ReadAllText(
                path, "hub's note of a commit", "Remove it: it is requested again.", MaxNoteBytes).Trim() is var commit
                && HubReference.IsCommit(commit) ? commit : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException("The hub's cache cannot be read.", path, "Check its permissions, or set HF_HOME to another folder.",
                e);
        }
    }

    /// <summary>Records the commit of a revision.</summary>
    public void Note(string revision, string commit)
    {
        if (revision != commit && CommitOf(revision) != commit)
            AtomicFile.WriteAllText(Inside("refs", revision), commit);
    }

    /// <summary>A file of a commit; null where the cache has none, or a broken link.</summary>
    public string? Find(string commit, string file)
    {
        string path = Path.Combine(Snapshot(commit), file.Replace('/', Path.DirectorySeparatorChar));
        return LengthOf(path) is null ? null : path;
    }

    /// <summary>Whether the repository is known not to have a file at that commit.</summary>
    public bool LacksFor(string commit, string file) => File.Exists(Inside(Path.Combine(".no_exist", commit), file));

    /// <summary>Records that the repository has no such file at that commit.</summary>
    public void NoteLack(string commit, string file) =>
        AtomicFile.WriteAllText(Inside(Path.Combine(".no_exist", commit), file), string.Empty);

    /// <summary>
    /// Puts a blob into a snapshot: as a relative link, so that the cache can be moved, or as a copy where there are no links.
    /// </summary>
    /// <returns>The snapshot's file.</returns>
    /// <exception cref="InputException">It cannot be written.</exception>
    public string Place(string etag, string commit, string file)
    {
        string path = Path.Combine(Snapshot(commit), file.Replace('/', Path.DirectorySeparatorChar));
        string folder = Path.GetDirectoryName(path)!;
        string blob = Blob(etag);
        string temporary = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            if (!_symlinks || !TryLink(temporary, Path.GetRelativePath(folder, blob)))
                File.Copy(blob, temporary);
            File.Move(temporary, path, overwrite: true);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(path, e);
        }
        finally
        {
            // After the move the file does not exist, and deleting it is not an error.
            File.Delete(temporary);
        }
    }

    /// <summary>A file's length, following links; null where there is no file. (FileInfo.Length is a link's own.)</summary>
    public static long? LengthOf(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            return RandomAccess.GetLength(handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool TryLink(string path, string target)
    {
        try
        {
            File.CreateSymbolicLink(path, target);
            return LengthOf(path) is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Windows without developer mode, or a file system without links.
            return false;
        }
    }

    // The server chooses the tag: only a plain name may become a path.
    private static string BlobName(string etag) =>
        etag.Length <= 128 && etag[0] != '.' && etag.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        ? etag
        : $"etag-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(etag)))[..32]}";

    private string Inside(string folder, string name) => Path.Combine(_root, folder, name.Replace('/', Path.DirectorySeparatorChar));
}

using System.Security.Cryptography;
using System.Text;
using ReMem.Runtime;

namespace ReMem.Weights.Hub;

/// <summary>
/// One model's folder of the hub's cache, in huggingface_hub's layout, so that either program uses what the other downloaded:
/// models--owner--name/blobs/HASH, refs/REVISION (a commit), snapshots/COMMIT/FILE (a link to the blob), .no_exist/COMMIT/FILE (an empty file: the
/// repository has none), and .locks/models--owner--name/HASH.lock beside it.
/// </summary>
internal sealed class HubCache
{
    /// <summary>A commit is 40 letters.</summary>
    private const long MaxNoteBytes = 1 << 12;

    private readonly string _root;
    private readonly string _locks;
    private readonly bool _symlinks;

    /// <param name="options">Where the cache is, and whether it links.</param>
    /// <param name="repository">owner/name.</param>
    public HubCache(HubOptions options, string repository)
    {
        string folder = $"models--{repository.Replace("/", "--", StringComparison.Ordinal)}";
        string cache = Path.GetFullPath(options.HubCache);
        _root = Path.Combine(cache, folder);
        _locks = Path.Combine(cache, ".locks", folder);
        _symlinks = options.Symlinks;
    }

    /// <summary>The content with that ETag.</summary>
    public string Blob(string etag) => Path.Combine(_root, "blobs", BlobName(etag));

    /// <summary>Where that content grows while it is downloaded.</summary>
    public string Partial(string etag) => Blob(etag) + ".incomplete";

    /// <summary>What is locked while it is downloaded.</summary>
    public string Lock(string etag) => Path.Combine(_locks, BlobName(etag) + ".lock");

    /// <summary>A commit's folder.</summary>
    public string Snapshot(string commit) => Path.Combine(_root, "snapshots", commit);

    /// <summary>The commit that a revision was when last asked; null where that is not known.</summary>
    public string? CommitOf(string revision)
    {
        if (HubReference.IsCommit(revision))
            return revision;
        string path = Inside("refs", revision);
        try
        {
            return File.Exists(path) && InputFile.ReadAllText(path, "hub's note of a commit", "Remove it: it is asked for again.", MaxNoteBytes).Trim() is var commit && HubReference.IsCommit(commit) ? commit : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException("The hub's cache cannot be read.", path, "Check its permissions, or set HF_HOME to another folder.", e);
        }
    }

    /// <summary>Notes which commit a revision is.</summary>
    public void Note(string revision, string commit)
    {
        if (revision != commit && CommitOf(revision) != commit)
            AtomicFile.WriteAllText(Inside("refs", revision), commit);
    }

    /// <summary>A file of a commit; null where the cache has none, or a link into nowhere.</summary>
    public string? Find(string commit, string file)
    {
        string path = Path.Combine(Snapshot(commit), file.Replace('/', Path.DirectorySeparatorChar));
        return LengthOf(path) is null ? null : path;
    }

    /// <summary>Whether the repository is known not to have a file at that commit.</summary>
    public bool LacksFor(string commit, string file) => File.Exists(Inside(Path.Combine(".no_exist", commit), file));

    /// <summary>Notes that the repository has no such file at that commit.</summary>
    public void NoteLack(string commit, string file) => AtomicFile.WriteAllText(Inside(Path.Combine(".no_exist", commit), file), string.Empty);

    /// <summary>Puts a blob into a snapshot: as a relative link, so that the cache can be moved, or as a copy where there are no links.</summary>
    /// <returns>The snapshot's file.</returns>
    /// <exception cref="InputException">It cannot be written.</exception>
    public string Place(string etag, string commit, string file)
    {
        string path = Path.Combine(Snapshot(commit), file.Replace('/', Path.DirectorySeparatorChar));
        string folder = Path.GetDirectoryName(path)!;
        string blob = Blob(etag);
        string beside = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            if (!_symlinks || !TryLink(beside, Path.GetRelativePath(folder, blob)))
                File.Copy(blob, beside);
            File.Move(beside, path, overwrite: true);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(path, e);
        }
        finally
        {
            // After the move there is none, and deleting none is no error.
            File.Delete(beside);
        }
    }

    /// <summary>A file's length, that of what a link leads to; null where there is no file. (FileInfo.Length is a link's own.)</summary>
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

    // A server chooses the tag: what is no plain name must not become a path.
    private static string BlobName(string etag) => etag.Length <= 128 && etag[0] != '.' && etag.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        ? etag
        : $"etag-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(etag)))[..32]}";

    private string Inside(string folder, string name) => Path.Combine(_root, folder, name.Replace('/', Path.DirectorySeparatorChar));
}

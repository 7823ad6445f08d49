using System.Buffers;
using System.IO.Compression;
using ReMem.Data.Layouts;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Fetch;

/// <summary>
/// Unpacks .tar.gz and .zip below a folder, and trusts nothing in them: no name leads out, links and devices are refused, and lengths are counted as
/// they are written, not as the archive states them.
/// </summary>
/// <param name="archive">The file.</param>
/// <param name="target">A folder that is this call's own.</param>
/// <param name="limits">When to stop.</param>
/// <param name="wanted">Which files, by their path with slashes; null is all.</param>
internal sealed class ArchiveUnpacker(string archive, string target, UnpackLimits limits, Func<string, bool>? wanted = null)
{
    private const int BufferBytes = 1 << 17;
    private readonly string _name = Path.GetFileName(archive);
    private readonly long _mostBytes = limits.MostBytes(new FileInfo(archive).Length);
    private long _bytes;
    private int _entries;

    /// <summary>Unpacks.</summary>
    /// <param name="progress">Told of the archive's own bytes so far.</param>
    /// <param name="cancel">Stops between two pieces.</param>
    /// <exception cref="InputException">An entry is not to be trusted, a limit is passed, or a file cannot be written.</exception>
    /// <exception cref="ReMemException">The archive is cut short or damaged.</exception>
    public void Run(Action<long>? progress = null, CancellationToken cancel = default)
    {
        try
        {
            using FileStream stream = File.OpenRead(archive);
            if (archive.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
                Zip(stream, progress, cancel);
            else
                Tar(stream, progress, cancel);
        }
        catch (Exception e) when (Guarded.IsForeign(e))
        {
            throw new ReMemException($"'{_name}' is cut short or damaged: {Guarded.Sentence(e)}.", archive, "Delete it and download it again.", e);
        }
    }

    private void Zip(FileStream stream, Action<long>? progress, CancellationToken cancel)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            // Unix puts the file's mode into the upper half: 0xA000 is a link.
            if (((entry.ExternalAttributes >> 16) & 0xF000) == 0xA000)
                throw Link(entry.FullName);
            if (Place(entry.FullName) is { } path)
            {
                using Stream content = entry.Open();
                Write(content.Read, path, null, cancel);
            }

            progress?.Invoke(stream.Position);
        }
    }

    private void Tar(FileStream stream, Action<long>? progress, CancellationToken cancel)
    {
        using var plain = new GZipStream(stream, CompressionMode.Decompress);
        var tar = new TarListing(plain);
        while (tar.Next() is { } entry)
        {
            switch (entry.Kind)
            {
                case TarKind.Link:
                    throw Link(entry.Name);
                case TarKind.Folder:
                    Place(entry.Name.EndsWith('/') ? entry.Name : entry.Name + "/");
                    break;
                case TarKind.File:
                    if (Place(entry.Name) is { } path)
                        Write(buffer => tar.Read(entry, buffer), path, entry.Length, cancel);
                    else
                        Count(entry.Length);
                    break;
                default:
                    throw Bad($"has an entry '{entry.Name}' that is neither file nor folder");
            }

            progress?.Invoke(stream.Position);
        }
    }

    /// <summary>Where an entry goes; null for one that is not wanted, and for folders, which are made with their files.</summary>
    private string? Place(string name)
    {
        if (++_entries > limits.Entries)
            throw Bad($"has more than {limits.Entries} entries");
        if (ArchivePath.Parts(name, _name) is not { } parts || parts[^1].Length == 0 || wanted?.Invoke(string.Join('/', parts)) == false)
            return null;
        string root = Path.GetFullPath(target);
        string path = Path.GetFullPath(Path.Combine([root, .. parts]));
        // ArchivePath has seen to it; a file system with rules of its own must not undo that.
        if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw Bad($"has an entry '{name}' that leads out of it");
        return path;
    }

    private delegate int Source(Span<byte> buffer);

    private void Write(Source content, string path, long? announced, CancellationToken cancel)
    {
        // Refused before it is written where the header says so already.
        if (announced > _mostBytes - _bytes)
            throw TooMuch();
        using FileStream file = OnDisk(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        });
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (int count; (count = content(buffer)) > 0;)
            {
                cancel.ThrowIfCancellationRequested();
                Count(count);
                OnDisk(() =>
                {
                    file.Write(buffer, 0, count);
                    return count;
                });
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Tells the disk's faults from the archive's, of which a broken compression is an I/O error, too.</summary>
    private T OnDisk<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(target, e);
        }
    }

    private void Count(long bytes)
    {
        if (bytes > _mostBytes - _bytes)
            throw TooMuch();
        _bytes += bytes;
    }

    private InputException TooMuch() => Bad(FormattableString.Invariant($"unpacks to more than {_mostBytes / 1e6:0.#} MB, which its size and its data set do not explain"));

    private InputException Link(string name) => Bad($"has a link, '{name}', which may lead anywhere");

    private InputException Bad(string what) => new($"'{_name}' {what}.", archive, "Do not use this file.");
}

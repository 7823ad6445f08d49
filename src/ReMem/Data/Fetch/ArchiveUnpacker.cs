using System.Buffers;
using System.IO.Compression;
using ReMem.Data.Layouts;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Fetch;

/// <summary>
/// Unpacks .tar.gz and .zip into a folder without trusting them: no name may lead out of it, links and devices are refused, and the bytes
/// written are counted, whatever lengths the archive states.
/// </summary>
/// <param name="archive">The file.</param>
/// <param name="target">A folder for this call only.</param>
/// <param name="limits">When to stop unpacking.</param>
/// <param name="wanted">Which files to unpack, by their path with slashes; null is all.</param>
internal sealed class ArchiveUnpacker(string archive, string target, UnpackLimits limits, Func<string, bool>? wanted = null)
{
    private const int BufferBytes = 1 << 17;
    private readonly string _name = Path.GetFileName(archive);
    private readonly long _maxBytes = limits.MaxBytes(new FileInfo(archive).Length);
    private long _bytes;
    private int _entries;

    /// <summary>Unpacks.</summary>
    /// <param name="progress">Receives the archive's bytes read so far.</param>
    /// <param name="cancellationToken">Stops between two blocks.</param>
    /// <exception cref="InputException">An entry is unsafe, a limit is exceeded, or a file cannot be written.</exception>
    /// <exception cref="ReMemException">The archive is cut short or damaged.</exception>
    public void Run(Action<long>? progress = null, CancellationToken cancellationToken = default)
    {
        try
        {
            using FileStream stream = File.OpenRead(archive);
            if (archive.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
                Zip(stream, progress, cancellationToken);
            else
                Tar(stream, progress, cancellationToken);
        }
        catch (Exception e) when (Guarded.IsForeign(e))
        {
            throw new ReMemException($"'{_name}' is cut short or damaged: {Guarded.Sentence(e)}.", archive,
                "Delete it and download it again.", e);
        }
    }

    private void Zip(FileStream stream, Action<long>? progress, CancellationToken cancellationToken)
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
                Write(content.Read, path, null, cancellationToken);
            }

            progress?.Invoke(stream.Position);
        }
    }

    private void Tar(FileStream stream, Action<long>? progress, CancellationToken cancellationToken)
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
                        Write(buffer => tar.Read(entry, buffer), path, entry.Length, cancellationToken);
                    else
                        Count(entry.Length);
                    break;
                default:
                    throw Bad($"has an entry '{entry.Name}' that is neither file nor folder");
            }

            progress?.Invoke(stream.Position);
        }
    }

    /// <summary>The path of an entry; null for one that is not wanted, and for folders, which are created with their files.</summary>
    private string? Place(string name)
    {
        if (++_entries > limits.Entries)
            throw Bad($"has more than {limits.Entries} entries");
        if (ArchivePath.Parts(name, _name) is not { } parts || parts[^1].Length == 0 || wanted?.Invoke(string.Join('/', parts)) == false)
            return null;
        string root = Path.GetFullPath(target);
        string path = Path.GetFullPath(Path.Combine([root, .. parts]));
        // ArchivePath has checked this; a file system with special rules must not undo it.
        if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw Bad($"has an entry '{name}' that leads out of it");
        return path;
    }

    private delegate int Source(Span<byte> buffer);

    private void Write(Source content, string path, long? announced, CancellationToken cancellationToken)
    {
        // Refused before it is written where the header already states too much.
        if (announced > _maxBytes - _bytes)
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
                cancellationToken.ThrowIfCancellationRequested();
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

    /// <summary>Separates errors of the disk from those of the archive, whose damaged compression is also an I/O error.</summary>
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
        if (bytes > _maxBytes - _bytes)
            throw TooMuch();
        _bytes += bytes;
    }

    private InputException TooMuch() =>
        Bad(FormattableString.Invariant($"unpacks to more than {_maxBytes / 1e6:0.#} MB, too much for its size and its data set"));

    private InputException Link(string name) => Bad($"has a link, '{name}', which may lead anywhere");

    private InputException Bad(string what) => new($"'{_name}' {what}.", archive, "Do not use this file.");
}

using System.Buffers;
using System.Formats.Tar;
using System.IO.Compression;
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
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException)
        {
            throw new ReMemException($"'{_name}' is cut short or damaged: {e.Message.Split('\n')[0].TrimEnd('.', '\r')}.", archive, "Delete it and download it again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(target, e);
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
                Write(content, path, null, cancel);
            }

            progress?.Invoke(stream.Position);
        }
    }

    private void Tar(FileStream stream, Action<long>? progress, CancellationToken cancel)
    {
        using var plain = new GZipStream(stream, CompressionMode.Decompress);
        using var tar = new TarReader(plain);
        while (tar.GetNextEntry() is { } entry)
        {
            switch (entry.EntryType)
            {
                case TarEntryType.SymbolicLink or TarEntryType.HardLink:
                    throw Link(entry.Name);
                case TarEntryType.Directory:
                    Place(entry.Name.EndsWith('/') ? entry.Name : entry.Name + "/");
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    if (Place(entry.Name) is { } path)
                        Write(entry.DataStream ?? Stream.Null, path, entry.Length, cancel);
                    else
                        Count(entry.Length);
                    break;
                case TarEntryType.GlobalExtendedAttributes:
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

    private void Write(Stream content, string path, long? announced, CancellationToken cancel)
    {
        // Refused before it is written where the header says so already.
        if (announced is { } length && _bytes + length > _mostBytes)
            throw TooMuch();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (int count; (count = content.Read(buffer)) > 0;)
            {
                cancel.ThrowIfCancellationRequested();
                Count(count);
                file.Write(buffer, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Count(long bytes)
    {
        _bytes += bytes;
        if (_bytes > _mostBytes)
            throw TooMuch();
    }

    private InputException TooMuch() => Bad(FormattableString.Invariant($"unpacks to more than {_mostBytes / 1e6:0.#} MB, which its size and its data set do not explain"));

    private InputException Link(string name) => Bad($"has a link, '{name}', which may lead anywhere");

    private InputException Bad(string what) => new($"'{_name}' {what}.", archive, "Do not use this file.");
}

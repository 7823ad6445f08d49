using System.Collections.Concurrent;
using System.IO.Compression;
using ReMem.Runtime;

namespace ReMem.Data.Sources;

/// <summary>A zip of folders. Nothing is unpacked to disk: entries are read in place.</summary>
internal sealed class ZipTree : FileTree
{
    // Deflate cannot compress more than 1032 to 1.
    private const long MaxDeflateRatio = 1040;

    private readonly string _file;
    private readonly FileStamp _stamp;
    private readonly Dictionary<string, int> _entries = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<string>> _files = new(StringComparer.Ordinal) { [""] = [] };
    private readonly SortedDictionary<string, SortedSet<string>> _folders = new(StringComparer.Ordinal)
    {
        [""] = new(StringComparer.Ordinal),
    };

    // An archive object reads one entry at a time, so that each thread rents its own.
    private readonly ConcurrentBag<ZipArchive> _idle = [];

    /// <summary>Lists the archive.</summary>
    /// <exception cref="InputException">It is not a zip, is damaged, or has an entry that leads out of it.</exception>
    public ZipTree(string file)
    {
        _file = file;
        _stamp = FileStamp.Of(file);
        ZipArchive zip = Open();
        for (int i = 0; i < zip.Entries.Count; i++)
            Add(zip.Entries[i].FullName, i);
        _idle.Add(zip);
    }

    public override string Description => $"zip {DataFiles.Shown(_file)}";

    public override string Where(string path) => path.Length == 0 ? _file : $"{_file}/{path}";

    public override string[] Folders(string path) => [.. _folders.GetValueOrDefault(path, [])];

    public override string[] Files(string path) => Sorted(_files.GetValueOrDefault(path, []));

    public override string[] AllFiles(string path, List<string> warnings)
    {
        return Sorted(_files.Where(f => path.Length == 0 || f.Key == path || f.Key.StartsWith(path + "/", StringComparison.Ordinal))
            .SelectMany(f => f.Value));
    }

    public override byte[] Read(string path)
    {
        _stamp.RequireUnchanged();
        if (!_idle.TryTake(out ZipArchive? zip))
            zip = Open();
        try
        {
            ZipArchiveEntry entry = zip.Entries[_entries[path]];
            if (entry.Length > EncodedSource.MaxBytes)
                throw EncodedSource.TooLarge(Where(path));
            if (entry.CompressedLength > _stamp.Length || entry.Length / MaxDeflateRatio > entry.CompressedLength)
                throw new InvalidDataException($"it states that {entry.CompressedLength} bytes unpack to {entry.Length}");
            using Stream stream = entry.Open();
            // The stated length is not trusted: a decompression bomb may state a small one.
            var bytes = new byte[entry.Length];
            int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return read == bytes.Length && stream.ReadByte() < 0
                ? bytes
                : throw new InvalidDataException($"its length is not the {entry.Length} bytes that the archive states");
        }
        finally
        {
            _idle.Add(zip);
        }
    }

    public override IReadOnlyList<string> OnDisk(IReadOnlyList<string> paths) => [_file];

    private ZipArchive Open()
    {
        FileStream stream = InputFile.Open(_file, "zip");
        try
        {
            var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            // The list is read when it is first asked for.
            _ = zip.Entries;
            return zip;
        }
        catch (Exception e) when (Guarded.IsForeign(e))
        {
            stream.Dispose();
            throw new InputException(
                $"'{_file}' is not a zip, or is truncated: {Guarded.Sentence(e)}.", remedy: "Copy or download the file again.", inner: e);
        }
    }

    private void Add(string name, int number)
    {
        if (ArchivePath.Parts(name, _file) is not { } parts)
            return;
        bool isFolder = parts[^1].Length == 0;
        string[] folders = parts[..^1];
        string path = "";
        foreach (string folder in folders)
        {
            string below = Below(path, folder);
            _folders[path].Add(below);
            _folders.TryAdd(below, new(StringComparer.Ordinal));
            _files.TryAdd(below, []);
            path = below;
        }

        if (isFolder)
            return;
        string file = Below(path, parts[^1]);
        if (_entries.TryAdd(file, number))
            _files[path].Add(file);
    }
}

using System.IO.MemoryMappedFiles;
using ReMem.Runtime;

namespace ReMem.Weights;

/// <summary>A file's bytes in memory, read by the system as they are touched. Offsets are checked, so that a header that lies cannot lead past the end.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    private MappedFile(string path, string kind, FileStream stream)
    {
        (Path, Kind, Length) = (path, kind, stream.Length);
        _map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What the file is, for messages.</summary>
    public string Kind { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>Maps a file.</summary>
    /// <exception cref="InputException">Missing, a folder, not readable or empty.</exception>
    public static MappedFile Open(string path, string kind)
    {
        if (Directory.Exists(path))
            throw WeightsErrors.IsFolder(path);
        if (!File.Exists(path))
            throw WeightsErrors.Missing(path);
        InputFile.Require(path, kind);
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return stream.Length == 0 ? throw WeightsErrors.Broken(kind, "it is empty", path) : new MappedFile(path, kind, stream);
        }
        catch (Exception e)
        {
            stream?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw WeightsErrors.CannotRead(path, e);
            throw;
        }
    }

    /// <summary>The bytes at a place; valid until the file is closed.</summary>
    /// <exception cref="InputException">They reach past the end.</exception>
    public ReadOnlySpan<byte> Bytes(long offset, int count) => new(At(offset, count), count);

    /// <summary>The address of a range of bytes; valid until the file is closed.</summary>
    /// <exception cref="InputException">It reaches past the end.</exception>
    public byte* At(long offset, long count)
    {
        ObjectDisposedException.ThrowIf(_view.SafeMemoryMappedViewHandle.IsClosed, this);
        if (offset < 0 || count < 0 || offset > Length - count)
            throw Broken("it is cut short");
        return _start + offset;
    }

    /// <summary>A stream over a range of bytes.</summary>
    public Stream Stream(long offset, long count) => new UnmanagedMemoryStream(At(offset, count), count);

    /// <summary>The error for a file that does not follow its format.</summary>
    public InputException Broken(string why, Exception? inner = null) => WeightsErrors.Broken(Kind, why, Path, inner);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_view.SafeMemoryMappedViewHandle.IsClosed)
            return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }
}

using System.IO.MemoryMappedFiles;

namespace ReMem.Runtime;

/// <summary>A memory-mapped file. Offsets are checked, so that a wrong header cannot lead past the end.</summary>
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

    /// <summary>The kind of file, for messages.</summary>
    public string Kind { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>Maps a file.</summary>
    /// <exception cref="InputException">Missing, a folder, not readable or empty.</exception>
    public static MappedFile Open(string path, string kind)
    {
        InputFile.Require(path, kind);
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return stream.Length == 0 ? throw BrokenFile(kind, "it is empty", path) : new MappedFile(path, kind, stream);
        }
        catch (Exception e)
        {
            stream?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw InputFile.CannotRead(path, kind, e);
            throw;
        }
    }

    /// <summary>The bytes at a place; valid until the file is closed.</summary>
    /// <exception cref="InputException">The range reaches past the end.</exception>
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
    public InputException Broken(string why, Exception? inner = null) => BrokenFile(Kind, why, Path, inner);

    /// <summary>The error for any file that does not follow its format.</summary>
    /// <param name="kind">What the file is, such as "safetensors file".</param>
    /// <param name="why">A clause whose "it" is the file.</param>
    /// <param name="path">The file.</param>
    /// <param name="inner">The cause.</param>
    public static InputException BrokenFile(string kind, string why, string path, Exception? inner = null) =>
        new(PlainText.Message($"The {kind} is broken: {why}."), path, "Download or export it again.", inner);

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

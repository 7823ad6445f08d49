using Microsoft.Win32.SafeHandles;
using ReMem.Runtime;

namespace ReMem.Data.Sources;

/// <summary>
/// Encoded images by number: in memory, or in a temporary file where they are too large. Parquet decompresses whole row groups, so that
/// reading single images in a shuffled order from the original would decompress everything again and again.
/// </summary>
internal sealed class EncodedStore : IDisposable
{
    private readonly List<byte[]?> _memory = [];
    private readonly List<(long Offset, int Length)> _places = [];
    private readonly string? _path;
    private readonly SafeFileHandle? _file;
    private long _end;

    /// <summary>Opens an empty store.</summary>
    /// <param name="folder">
    /// Keeps the bytes in a file of this folder, which is removed when the process ends, also after a crash; null keeps them in memory.
    /// </param>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public EncodedStore(string? folder)
    {
        if (folder is null)
            return;
        _path = Path.Combine(folder, $"remem-{Guid.NewGuid():N}.images");
        _file =
            Guarded(() => File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, FileOptions.DeleteOnClose));
        // Windows deletes it even when the process is killed; elsewhere an open file remains without its name.
        if (!OperatingSystem.IsWindows())
            File.Delete(_path);
    }

    /// <summary>Adds an image; null is a row without bytes.</summary>
    /// <exception cref="InputException">The disk of the temporary folder is full.</exception>
    public void Add(byte[]? bytes)
    {
        if (_file is null)
        {
            _memory.Add(bytes);
            return;
        }

        _places.Add((_end, bytes?.Length ?? -1));
        if (bytes is not null)
        {
            Guarded(() =>
            {
                RandomAccess.Write(_file, bytes, _end);
                return true;
            });
            _end += bytes.Length;
        }
    }

    /// <summary>The bytes of an image, or null; safe for concurrent reads after all were added.</summary>
    public byte[]? this[int index]
    {
        get
        {
            if (_file is null)
                return _memory[index];
            (long offset, int length) = _places[index];
            if (length < 0)
                return null;
            var bytes = new byte[length];
            for (int done = 0; done < length;)
            {
                int read = RandomAccess.Read(_file, bytes.AsSpan(done), offset + done);
                done += read > 0 ? read : throw new EndOfStreamException($"'{_path}' is truncated.");
            }

            return bytes;
        }
    }

    public void Dispose() => _file?.Dispose();

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(_path!, e);
        }
    }
}

using Microsoft.Win32.SafeHandles;

namespace ReMem.Data;

/// <summary>A file as it was when its content was listed. Reading it later checks that it is still that file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Written">When it was last written, UTC ticks.</param>
internal readonly record struct FileStamp(string Path, long Length, long Written)
{
    /// <summary>Takes the stamp.</summary>
    /// <exception cref="IOException">The file is gone.</exception>
    public static FileStamp Of(string path)
    {
        var info = new FileInfo(path);
        if (info.Exists && !info.Attributes.HasFlag(FileAttributes.ReparsePoint))
            return new FileStamp(path, info.Length, info.LastWriteTimeUtc.Ticks);
        // A link has a length of its own; what is read is its target.
        using SafeFileHandle file = File.OpenHandle(path);
        return new FileStamp(path, RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file).Ticks);
    }

    /// <summary>All of the file.</summary>
    /// <exception cref="InputException">It has changed.</exception>
    public byte[] Read() => Read(0, checked((int)Length));

    /// <summary>A part of the file.</summary>
    /// <exception cref="InputException">It has changed.</exception>
    public byte[] Read(long offset, int length)
    {
        using SafeFileHandle file = File.OpenHandle(Path);
        var bytes = new byte[length];
        for (int done = 0; done < length;)
        {
            int read = RandomAccess.Read(file, bytes.AsSpan(done), offset + done);
            if (read == 0)
                throw Changed();
            done += read;
        }

        return RandomAccess.GetLength(file) == Length && File.GetLastWriteTimeUtc(file).Ticks == Written ? bytes : throw Changed();
    }

    /// <summary>Refuses a file that is not as it was.</summary>
    /// <exception cref="InputException">It has changed.</exception>
    public void RequireUnchanged()
    {
        if (Of(Path) != this)
            throw Changed();
    }

    private InputException Changed() => new($"'{Path}' changed while it was read.", remedy: "Start again once nothing writes to it any more.");
}

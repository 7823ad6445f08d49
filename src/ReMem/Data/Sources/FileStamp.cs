using Microsoft.Win32.SafeHandles;
using ReMem.Runtime;

namespace ReMem.Data.Sources;

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
        // A link has a length of its own; what is read is its target. It is not opened for that: who opens a pipe may wait for ever.
        if (info.Exists && info.Attributes.HasFlag(FileAttributes.ReparsePoint) && info.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
            info = target;
        // A pipe or device has no length, and would be taken for an empty file.
        if (info.Exists && info.Length == 0 && FileKind.Other(path) is { } other)
            throw new InputException($"'{path}' is {other}, not a file.", remedy: "Copy its content to a file, and name that.");
        return new FileStamp(path, info.Length, info.LastWriteTimeUtc.Ticks);
    }

    /// <summary>All of the file.</summary>
    /// <exception cref="InputException">It has changed.</exception>
    public byte[] Read() => Read(0, checked((int)Length));

    /// <summary>A part of the file.</summary>
    /// <exception cref="InputException">It has changed.</exception>
    public byte[] Read(long offset, int length)
    {
        var bytes = new byte[length];
        Read(offset, bytes);
        return bytes;
    }

    /// <summary>As much of the file as there is room for.</summary>
    /// <exception cref="InputException">It has changed.</exception>
    public void Read(long offset, Span<byte> bytes)
    {
        // Pipes and devices have no length, and some would never end.
        if (Length == 0)
            return;
        using SafeFileHandle file = File.OpenHandle(Path);
        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(file, bytes, offset);
            if (read == 0)
                throw Changed();
            bytes = bytes[read..];
            offset += read;
        }

        if (RandomAccess.GetLength(file) != Length || File.GetLastWriteTimeUtc(file).Ticks != Written)
            throw Changed();
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

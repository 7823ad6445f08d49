using Microsoft.Win32.SafeHandles;
using ReMem.Runtime;

namespace ReMem.Data.Sources;

/// <summary>The stamp of a file when its content was listed. Reading it later checks that it has not changed.</summary>
/// <param name="Path">The file.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Written">Time of the last write, UTC ticks.</param>
internal readonly record struct FileStamp(string Path, long Length, long Written)
{
    /// <summary>Takes the stamp.</summary>
    /// <exception cref="IOException">The file does not exist.</exception>
    public static FileStamp Of(string path)
    {
        var info = new FileInfo(path);
        // A link has its own length; its target is what is read. The target is not opened for that: opening a pipe may block forever.
        if (info.Exists && info.Attributes.HasFlag(FileAttributes.ReparsePoint)
            && info.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
            info = target;
        // A pipe or device has length 0, and would look like an empty file.
        if (info.Exists && info.Length == 0 && FileKind.Other(path) is { } other)
            throw new InputException($"'{path}' is {other}, not a file.", remedy: "Copy its content to a file, and give that.");
        return new FileStamp(path, info.Length, info.LastWriteTimeUtc.Ticks);
    }

    /// <summary>Reads the whole file.</summary>
    /// <exception cref="InputException">It has changed.</exception>
    public byte[] Read() => Read(0, checked((int)Length));

    /// <summary>Reads a part of the file.</summary>
    /// <exception cref="InputException">It has changed.</exception>
    public byte[] Read(long offset, int length)
    {
        var bytes = new byte[length];
        Read(offset, bytes);
        return bytes;
    }

    /// <summary>Reads as much of the file as fits.</summary>
    /// <exception cref="InputException">It has changed.</exception>
    public void Read(long offset, Span<byte> bytes)
    {
        // Pipes and devices have length 0, and some never end.
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

    /// <summary>Throws where the file has changed.</summary>
    /// <exception cref="InputException">It has changed.</exception>
    public void RequireUnchanged()
    {
        if (Of(Path) != this)
            throw Changed();
    }

    private InputException Changed() =>
        new($"'{Path}' changed while it was read.", remedy: "Start again when nothing writes to it any more.");
}

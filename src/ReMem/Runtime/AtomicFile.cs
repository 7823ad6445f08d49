using System.Text;

namespace ReMem.Runtime;

/// <summary>
/// Writes files that appear whole or not at all: written to a temporary file in the same folder, flushed to disk, renamed over the target.
/// A run that is stopped, or a disk that fills up, leaves the earlier file as it was and no partial new one.
/// </summary>
internal static class AtomicFile
{
    private const int HandleDiskFull = unchecked((int)0x80070027);
    private const int DiskFull = unchecked((int)0x80070070);
    private const int ErrorNoSpace = 28;
    private const int ErrorQuota = 122;
    private const int ErrorReadOnlyFileSystem = 30;

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void WriteAllText(string path, string text) => WriteAllBytes(path, new UTF8Encoding(false).GetBytes(text));

    /// <summary>Writes bytes.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void WriteAllBytes(string path, ReadOnlyMemory<byte> bytes) => Write(path, stream => stream.Write(bytes.Span));

    /// <summary>Copies a file.</summary>
    /// <exception cref="InputException">The copy cannot be written.</exception>
    public static void Copy(string from, string to)
    {
        using FileStream source = File.OpenRead(from);
        Write(to, source.CopyTo);
    }

    /// <summary>Writes what <paramref name="write"/> puts into the stream; missing folders are made.</summary>
    /// <param name="path">
    /// The target; an existing file is replaced. A link is kept: its target is written. Anything but a file (a folder, pipe, socket or
    /// device) is refused.
    /// </param>
    /// <param name="write">Fills the stream (seekable). An I/O error is reported as this file's; any other exception passes through.
    /// Neither leaves a file behind.</param>
    /// <exception cref="InputException">The disk is full, or the folder or file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string target = TargetOf(path);
        string temporary = $"{target}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp";
        bool done = false;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target) ?? target);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
            done = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(target, e);
        }
        finally
        {
            if (!done)
                TryDelete(temporary);
        }
    }

    /// <summary>
    /// Writes files of one folder that belong together. All are complete in the same folder before any earlier one is replaced, and during
    /// the replacement the file that makes them usable is missing, so that a mixture of old and new files is never loaded.
    /// </summary>
    /// <param name="directory">Made where missing; other files in it stay.</param>
    /// <param name="key">The file without which the others mean nothing; removed first and placed last.</param>
    /// <param name="write">Fills an empty folder with the files.</param>
    /// <exception cref="InputException">A file cannot be written; earlier ones are as they were.</exception>
    internal static void WriteTogether(string directory, string key, Action<string> write)
    {
        string stage = Path.Combine(directory, $".{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(stage);
            write(stage);
            (string File, string Target)[] files =
                [.. Directory.GetFiles(stage).OrderBy(f => Path.GetFileName(f) == key)
                    .Select(f => (f, TargetOf(Path.Combine(directory, Path.GetFileName(f)))))];
            File.Delete(TargetOf(Path.Combine(directory, key)));
            foreach ((string file, string target) in files)
                Place(file, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(directory, e);
        }
        finally
        {
            if (Directory.Exists(stage))
                Directory.Delete(stage, recursive: true);
        }
    }

    /// <summary>
    /// The path that a file name is written to: the target of a link, so that the link stays. For writers that do not use
    /// <see cref="Write"/>.
    /// </summary>
    /// <exception cref="InputException">
    /// The path is not a file, so that renaming would silently replace it; or the name is not valid.
    /// </exception>
    internal static string TargetOf(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
            throw new InputException($"'{path}' is not a valid file name.", remedy: "Choose another name.");
        string target = Path.GetFullPath(path);
        try
        {
            if (new FileInfo(target).LinkTarget is not null)
                target = File.ResolveLinkTarget(target, returnFinalTarget: true)!.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"Cannot write '{target}': it is a link without a target.", remedy: "Remove the link, or choose another name.", inner: e);
        }

        return FileKind.Other(target) switch
        {
            null => target,
            "a folder" => throw CannotWrite(target, new IOException()),
            { } other => throw new InputException($"Cannot write '{target}': it is {other}, not a file.", remedy: "Choose another name."),
        };
    }

    // A link's target may be on another disk than the temporary folder, and a copy there would not be atomic.
    private static void Place(string file, string target)
    {
        if (Path.GetDirectoryName(target) == Path.GetDirectoryName(Path.GetDirectoryName(file)))
            File.Move(file, target, overwrite: true);
        else
            Copy(file, target);
    }

    /// <summary>The one-line error for a failed write, with the cause in plain words. For writers that stream to their own file.</summary>
    public static InputException CannotWrite(string path, Exception cause)
    {
        (string why, string remedy) = cause switch
        {
            _ when Directory.Exists(path) => ("a folder of that name exists", "Choose another name."),
            UnauthorizedAccessException => ("permission denied", "Choose a folder that you may write to."),
            PathTooLongException => ("the path is too long", "Choose a shorter folder name."),
            _ when IsOutOfSpace(cause) => ("no space left", "Free some disk space, or choose a folder on another disk."),
            _ when cause.HResult == ErrorReadOnlyFileSystem => ("the file system is read-only", "Choose a folder that you may write to."),
            _ => (cause.Message.TrimEnd('.'), "Check the folder, or choose another."),
        };
        return new InputException($"Cannot write '{path}': {why}.", remedy: remedy, inner: cause);
    }

    private static bool IsOutOfSpace(Exception e) =>
        e.HResult is DiskFull or HandleDiskFull or ErrorNoSpace or ErrorQuota;

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The write's own error is the one worth reporting.
        }
    }
}

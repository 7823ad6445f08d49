using System.Text;

namespace ReMem.Runtime;

/// <summary>
/// Writes files that appear whole or not at all: written beside the target, flushed to disk, renamed over it. A run that is stopped, or a
/// disk that fills up, leaves the earlier file as it was and no half of a new one.
/// </summary>
public static class AtomicFile
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
    /// <param name="path">The target; an existing file is replaced.</param>
    /// <param name="write">Fills the stream (seekable). An I/O error is taken for this file's; any other exception passes through. Neither
    /// leaves a file.</param>
    /// <exception cref="InputException">The disk is full, or the folder or file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string target = Path.GetFullPath(path);
        string beside = $"{target}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp";
        bool done = false;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target) ?? target);
            using (var stream = new FileStream(beside, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, target, overwrite: true);
            done = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(target, e);
        }
        finally
        {
            if (!done)
                TryDelete(beside);
        }
    }

    /// <summary>
    /// Writes files of one folder that belong together. All are complete beside the earlier ones before any of those is replaced, and while they are
    /// being replaced the one that makes them usable is missing, so that no mixture is ever loaded.
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
            if (Directory.Exists(Path.Combine(directory, key)))
                throw CannotWrite(Path.Combine(directory, key), new IOException());
            File.Delete(Path.Combine(directory, key));
            foreach (string file in Directory.GetFiles(stage).Select(f => Path.GetFileName(f)).OrderBy(f => f == key))
                File.Move(Path.Combine(stage, file), Path.Combine(directory, file), overwrite: true);
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

    /// <summary>The one-line error for a failed write, with the cause in a person's words. For writers that stream to a file of their own.</summary>
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
            // The write's own error is the one worth telling.
        }
    }
}

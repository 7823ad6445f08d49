namespace ReMem.Runtime;

/// <summary>
/// A lock between processes: a file held open. On Unix it is flock, the same lock that huggingface_hub takes on the same file; it is
/// released when the process ends.
/// </summary>
internal static class FileLock
{
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Takes the lock, waiting where another process holds it. The file stays: removing it would let two processes hold it.
    /// </summary>
    /// <param name="path">Created where missing, with its folders.</param>
    /// <param name="waiting">Called once where another process holds it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Disposing it releases the lock.</returns>
    /// <exception cref="InputException">The file cannot be created.</exception>
    public static async Task<IDisposable> TakeAsync(string path, Action waiting, CancellationToken cancellationToken)
    {
        bool reported = false;
        while (true)
        {
            if (TryTake(path) is { } held)
                return held;
            if (!reported)
                waiting();
            reported = true;
            await Task.Delay(Interval, cancellationToken);
        }
    }

    /// <summary>Takes the lock where nothing holds it; null where another process, or this one, does.</summary>
    /// <param name="path">Created where missing, with its folders.</param>
    /// <param name="leave">
    /// Whether the file stays behind. Without it, two processes may hold the lock for a moment: only for work that may be done twice.
    /// </param>
    /// <exception cref="InputException">The file cannot be created.</exception>
    public static IDisposable? TryTake(string path, bool leave = true) =>
        TryOpen(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, leave ? FileOptions.None : FileOptions.DeleteOnClose);

    /// <summary>Takes the lock shared with any number of others; null where one holds it exclusively.</summary>
    /// <exception cref="InputException">The file cannot be created.</exception>
    public static IDisposable? TryShare(string path) =>
        TryOpen(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read, FileOptions.None);

    private static FileStream? TryOpen(string path, FileMode mode, FileAccess access, FileShare share, FileOptions options)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return new FileStream(path, mode, access, share, bufferSize: 0, options);
        }
        catch (IOException e) when (e.HResult is WindowsSharingViolation or LinuxWouldBlock or MacWouldBlock)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(path, e);
        }
    }
}

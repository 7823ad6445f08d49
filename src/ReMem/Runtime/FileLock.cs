namespace ReMem.Runtime;

/// <summary>
/// A lock between processes: a file held open. On Unix it is flock, the very lock that huggingface_hub takes on the same file; a process that dies
/// lets go of it.
/// </summary>
internal static class FileLock
{
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes the lock, waiting where another holds it. The file stays: removing it would let two hold it.</summary>
    /// <param name="path">Made where missing, folders too.</param>
    /// <param name="waiting">Called once where another holds it.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <returns>Disposing it lets go.</returns>
    /// <exception cref="InputException">The file cannot be made.</exception>
    public static async Task<IDisposable> TakeAsync(string path, Action waiting, CancellationToken cancel)
    {
        bool told = false;
        while (true)
        {
            if (TryTake(path) is { } held)
                return held;
            if (!told)
                waiting();
            told = true;
            await Task.Delay(Interval, cancel);
        }
    }

    /// <summary>Takes the lock where none holds it; null where another does, be it of this process.</summary>
    /// <param name="path">Made where missing, folders too.</param>
    /// <param name="leave">Whether the file stays behind. Without it, two may for a moment hold what was one lock: only for work that may be done twice.</param>
    /// <exception cref="InputException">The file cannot be made.</exception>
    public static IDisposable? TryTake(string path, bool leave = true) =>
        TryOpen(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, leave ? FileOptions.None : FileOptions.DeleteOnClose);

    /// <summary>Takes the lock together with any number of others that share it; null where one holds it alone.</summary>
    /// <exception cref="InputException">The file cannot be made.</exception>
    public static IDisposable? TryShare(string path) => TryOpen(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read, FileOptions.None);

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

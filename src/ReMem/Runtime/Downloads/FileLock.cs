namespace ReMem.Runtime.Downloads;

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
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException e) when (e.HResult is WindowsSharingViolation or LinuxWouldBlock or MacWouldBlock)
            {
                if (!told)
                    waiting();
                told = true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw AtomicFile.CannotWrite(path, e);
            }

            await Task.Delay(Interval, cancel);
        }
    }
}

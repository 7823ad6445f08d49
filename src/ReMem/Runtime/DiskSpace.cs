namespace ReMem.Runtime;

/// <summary>Looks before a large write whether the disk has room for it.</summary>
internal static class DiskSpace
{
    /// <summary>Refuses a write for which there is no room. Where the file system does not tell, the write itself will.</summary>
    /// <param name="target">The file or folder that is written; it need not exist.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="remedy">What to do.</param>
    /// <exception cref="InputException">There is less room than that.</exception>
    public static void Require(string target, long bytes, string remedy = "Free some disk space, or choose a folder on another disk.")
    {
        if (FreeAt(target) is { } free && bytes > free)
        {
            throw new InputException(
                FormattableString.Invariant($"Cannot write '{target}': it needs {bytes / 1e6:0} MB and {free / 1e6:0} MB are free."), remedy: remedy);
        }
    }

    private static long? FreeAt(string target)
    {
        try
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(target))!;
            while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } above)
                folder = above;
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}

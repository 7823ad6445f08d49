namespace ReMem.Runtime;

/// <summary>Room on disks.</summary>
internal static class Disk
{
    /// <summary>Free bytes where a path is, or will be; null where the file system does not tell.</summary>
    public static long? FreeBytes(string path)
    {
        try
        {
            string folder = Path.GetFullPath(path);
            while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
                folder = parent;
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}

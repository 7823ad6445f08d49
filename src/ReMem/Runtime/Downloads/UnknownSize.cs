namespace ReMem.Runtime.Downloads;

/// <summary>Keeps a file of unknown size from filling the disk.</summary>
/// <param name="options">The limit.</param>
/// <param name="file">The download.</param>
/// <param name="host">The server's name.</param>
internal sealed class UnknownSize(DownloadOptions options, Download file, string host)
{
    private const long CheckEvery = 1 << 24;
    private const long FreeToKeep = 1L << 30;
    private const int FreeShare = 20;
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(file.Partial))!;
    private long _checkAt;

    /// <summary>Refuses to grow further.</summary>
    /// <exception cref="InputException">The file is above the limit, or the disk is nearly full.</exception>
    public void Require(long bytes)
    {
        if (bytes > options.MaxUnknownBytes)
        {
            throw new InputException(
                $"'{file.Name}' has more than {DiskSpace.Text(options.MaxUnknownBytes)}, and {host} does not say how large it is.",
                remedy: "Download it by other means, and give the file.");
        }

        if (bytes < _checkAt)
            return;
        _checkAt = bytes + CheckEvery;
        // A twentieth of a small disk, at most a GiB.
        if (DiskSpace.Free(_folder) is { } free && free < Math.Min(FreeToKeep, (bytes + free) / FreeShare))
            throw new InputException($"'{file.Name}' fills the disk, and {host} does not say how large it is.", _folder, file.SpaceRemedy);
    }
}

using System.Diagnostics;

namespace ReMem.Runtime.Downloads;

/// <summary>Ends a transfer that only trickles: a byte now and then is never still, and never done.</summary>
/// <param name="options">The rate, and over how long it is measured.</param>
/// <param name="host">Who sends.</param>
internal sealed class Pace(DownloadOptions options, string host)
{
    private readonly Stopwatch _window = Stopwatch.StartNew();
    private long _bytes;

    /// <summary>Counts what came.</summary>
    /// <exception cref="ServerFault">It is too little for the time.</exception>
    public void Require(int count)
    {
        _bytes += count;
        double seconds = _window.Elapsed.TotalSeconds;
        if (seconds < options.StallSeconds)
            return;
        if (_bytes < options.MinBytesPerSecond * seconds)
        {
            throw new ServerFault(
                FormattableString.Invariant($"{host} sent only {_bytes} bytes in {seconds:0.##} s."), "Check the network connection; the same command continues the download.");
        }

        _bytes = 0;
        _window.Restart();
    }
}

/// <summary>Keeps a file whose size nobody says from filling the disk.</summary>
/// <param name="options">The most bytes.</param>
/// <param name="file">The download.</param>
/// <param name="host">Who sends.</param>
internal sealed class UnknownSize(DownloadOptions options, Download file, string host)
{
    private const long CheckEvery = 1 << 24;
    private const long FreeToKeep = 1L << 30;
    private const int FreeShare = 20;
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(file.Partial))!;
    private long _checkAt;

    /// <summary>Refuses to grow further.</summary>
    /// <exception cref="InputException">The file is larger than any, or the disk is nearly full.</exception>
    public void Require(long bytes)
    {
        if (bytes > options.MaxUnknownBytes)
        {
            throw new InputException(
                $"'{file.Name}' has more than {DiskSpace.Text(options.MaxUnknownBytes)}, and {host} does not say how large it is.", remedy: "Download it by other means, and name the file.");
        }

        if (bytes < _checkAt)
            return;
        _checkAt = bytes + CheckEvery;
        // A twentieth of a small disk, at most a GiB.
        if (DiskSpace.Free(_folder) is { } free && free < Math.Min(FreeToKeep, (bytes + free) / FreeShare))
            throw new InputException($"'{file.Name}' fills the disk, and {host} does not say how large it is.", _folder, file.SpaceRemedy);
    }
}

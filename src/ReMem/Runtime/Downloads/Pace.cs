using System.Diagnostics;

namespace ReMem.Runtime.Downloads;

/// <summary>Ends a transfer that is too slow: with a byte now and then it never stalls, and never ends.</summary>
/// <param name="options">The minimal rate and the time over which it is measured.</param>
/// <param name="host">The server's name.</param>
internal sealed class Pace(DownloadOptions options, string host)
{
    private readonly Stopwatch _window = Stopwatch.StartNew();
    private long _bytes;

    /// <summary>Counts received bytes.</summary>
    /// <exception cref="ServerFault">The rate is too low.</exception>
    public void Require(int count)
    {
        _bytes += count;
        double seconds = _window.Elapsed.TotalSeconds;
        if (seconds < options.StallSeconds)
            return;
        if (_bytes < options.MinBytesPerSecond * seconds)
        {
            throw new ServerFault(
                FormattableString.Invariant($"{host} sent only {_bytes} bytes in {seconds:0.##} s."),
                "Check the network connection; the same command continues the download.");
        }

        _bytes = 0;
        _window.Restart();
    }
}

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

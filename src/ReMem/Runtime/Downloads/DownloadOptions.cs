using System.ComponentModel.DataAnnotations;

namespace ReMem.Runtime.Downloads;

/// <summary>Timeouts, retries and limits of downloads.</summary>
internal record DownloadOptions
{
    /// <summary>How long a server may take to begin its response, 0.01 to 3600 s. Default 10.</summary>
    [Range(0.01, 3600)]
    public double ResponseSeconds { get; init; } = 10;

    /// <summary>How long a transfer may stall, 0.01 to 3600 s. Default 30.</summary>
    [Range(0.01, 3600)]
    public double StallSeconds { get; init; } = 30;

    /// <summary>
    /// Bytes a second that a transfer must bring over each <see cref="StallSeconds"/>, 0 to 1e9; less counts as a failed try, and the
    /// received bytes are kept. Default 1000; 0 waits without a limit.
    /// </summary>
    [Range(0.0, 1e9)]
    public double MinBytesPerSecond { get; init; } = 1000;

    /// <summary>
    /// The maximal bytes of a file whose size the server does not say, 1 to 2^62. Default 64 GB; some disk space is always left free.
    /// </summary>
    [Range(1L, 1L << 62)]
    public long MaxUnknownBytes { get; init; } = 64_000_000_000;

    /// <summary>Tries of a request without progress, 1 to 100. Default 5.</summary>
    [Range(1, 100)]
    public int Attempts { get; init; } = 5;

    /// <summary>Pause after the first failure, 0 to 60 s; it doubles up to a minute, unless the server says how long. Default 1.</summary>
    [Range(0.0, 60)]
    public double BackOffSeconds { get; init; } = 1;

    /// <summary>
    /// The maximal pause that a server may ask for, 0 to 3600 s; a longer one is an error. Default 300, the Hugging Face hub's window.
    /// </summary>
    [Range(0.0, 3600)]
    public double MaxPauseSeconds { get; init; } = 300;
}

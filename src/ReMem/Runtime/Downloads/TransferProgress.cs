namespace ReMem.Runtime.Downloads;

/// <summary>Progress of a download, or a line about it.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Bytes">Bytes on disk, including those of an earlier try.</param>
/// <param name="Total">The file's size; null where the server does not say.</param>
/// <param name="BytesPerSecond">Of this transfer so far.</param>
/// <param name="Message">A line for the user; null where only numbers changed.</param>
internal sealed record TransferProgress(string File, long Bytes = 0, long? Total = null, double BytesPerSecond = 0, string? Message = null)
{
    /// <summary>Seconds left at that rate; null where size or rate is not known.</summary>
    public double? SecondsLeft => Total is { } total && BytesPerSecond > 0 ? Math.Max(0, total - Bytes) / BytesPerSecond : null;
}

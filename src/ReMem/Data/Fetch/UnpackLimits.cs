namespace ReMem.Data.Fetch;

/// <summary>Limits of unpacking an archive, against decompression bombs.</summary>
/// <param name="Bytes">Maximal bytes of all files together.</param>
/// <param name="Entries">Files and folders.</param>
/// <param name="Ratio">
/// Maximal ratio of unpacked bytes to the archive's; the first MiB is always allowed, for tiny archives of zeros.
/// </param>
internal sealed record UnpackLimits(long Bytes = 8L << 30, int Entries = 500_000, int Ratio = 50)
{
    private const long FreeBytes = 1 << 20;

    /// <summary>The maximal bytes that an archive of that size may unpack to.</summary>
    public long MaxBytes(long archive) => Math.Min(Bytes, FreeBytes + (archive * Ratio));
}

namespace ReMem.Data.Fetch;

/// <summary>What an archive may unpack to. Beyond it, it is taken for a bomb.</summary>
/// <param name="Bytes">Of all files together.</param>
/// <param name="Entries">Files and folders.</param>
/// <param name="Ratio">Unpacked bytes by those of the archive; the first MiB is free, since tiny archives of zeros are honest.</param>
internal sealed record UnpackLimits(long Bytes = 8L << 30, int Entries = 500_000, int Ratio = 50)
{
    private const long FreeBytes = 1 << 20;

    /// <summary>The most that an archive of that size may unpack to.</summary>
    public long MostBytes(long archive) => Math.Min(Bytes, FreeBytes + (archive * Ratio));
}

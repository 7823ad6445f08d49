using System.Globalization;

namespace ReMem.Runtime;

/// <summary>Free disk space.</summary>
internal static class DiskSpace
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB"];

    /// <summary>
    /// Bytes that this user may still write to the disk of a folder, which need not exist; null where the system does not say.
    /// </summary>
    public static long? Free(string folder) => Ask(folder, drive => (long?)drive.AvailableFreeSpace);

    // DriveInfo's name is the folder that was given, not the mount point.
    private static (string Format, long Size)? DriveOf(string folder) =>
        Ask(folder, drive => ((string, long)?)(drive.DriveFormat, drive.TotalSize));

    private static T? Ask<T>(string folder, Func<DriveInfo, T?> answer)
    {
        string? existing = Path.GetFullPath(folder);
        while (existing is not null && !Directory.Exists(existing))
            existing = Path.GetDirectoryName(existing);
        try
        {
            return existing is null ? default : answer(new DriveInfo(existing));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return default;
        }
    }

    /// <summary>
    /// Whether two folders, which need not exist, are on one disk, judged by size and file system; true where the system does not say.
    /// </summary>
    public static bool OnSameDisk(string first, string second) => DriveOf(first) is not { } a || DriveOf(second) is not { } b || a == b;

    /// <summary>Throws where files would not fit.</summary>
    /// <param name="folder">Where they will be.</param>
    /// <param name="bytes">Their total size.</param>
    /// <param name="what">The sentence's subject.</param>
    /// <param name="remedy">What to do.</param>
    /// <exception cref="InputException">They do not fit.</exception>
    public static void Require(string folder, long bytes, string what, string remedy)
    {
        if (Free(folder) is { } free && bytes > free)
            throw new InputException($"{what} needs {Text(bytes)} of disk, and {Text(free)} are free.", folder, remedy);
    }

    /// <summary>Reads what <see cref="Text"/> writes, and plain bytes: 500MB, 1.5 GB, 1000.</summary>
    /// <exception cref="InputException">It is not a size.</exception>
    public static long Parse(string text)
    {
        string trimmed = text.Trim();
        int unit = Array.FindLastIndex(Units, u => trimmed.EndsWith(u, StringComparison.OrdinalIgnoreCase));
        string number = unit < 0 ? trimmed : trimmed[..^Units[unit].Length];
        return double.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture,
            out double value)
            && value * Math.Pow(1000, Math.Max(0, unit)) is var bytes and < long.MaxValue
            ? (long)bytes
            : throw new InputException($"'{text}' is not a size.", remedy: "Write it as 500MB or 20GB.");
    }

    /// <summary>A human-readable size, in powers of 1000.</summary>
    public static string Text(long bytes)
    {
        double value = bytes;
        int unit = 0;
        while (value >= 999.95 && unit < Units.Length - 1)
            (value, unit) = (value / 1000, unit + 1);
        return unit == 0 ? $"{bytes} B" : FormattableString.Invariant($"{value:0.0} {Units[unit]}");
    }
}

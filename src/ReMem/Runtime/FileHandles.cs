using System.Globalization;
using System.Text.RegularExpressions;

namespace ReMem.Runtime;

/// <summary>
/// The number of files that the system lets this process hold open. Below some number the runtime cannot load its own assemblies, and its
/// error names another cause.
/// </summary>
internal static partial class FileHandles
{
    private const int Needed = 256;
    private const string Limits = "/proc/self/limits";

    /// <summary>Throws before work that would fail midway.</summary>
    /// <exception cref="ReMemException">The limit is too low.</exception>
    public static void Require()
    {
        if (Limit() is { } limit && limit < Needed)
            throw new ReMemException(
                $"The system allows {limit} open files; {Needed} are needed.", "ulimit -n", "Raise the limit: ulimit -n 1024.");
    }

    private static int? Limit()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            // "unlimited" is not a number.
            Match match = OpenFiles().Match(File.ReadAllText(Limits));
            return match.Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OverflowException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^Max open files\s+(\d+)", RegexOptions.Multiline)]
    private static partial Regex OpenFiles();
}

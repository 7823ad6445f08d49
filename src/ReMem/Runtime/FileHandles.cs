using System.Globalization;
using System.Text.RegularExpressions;

namespace ReMem.Runtime;

/// <summary>How many files the system lets this process hold open. Below some number the runtime cannot even load its own parts, and says something else.</summary>
internal static partial class FileHandles
{
    private const int Needed = 256;
    private const string Limits = "/proc/self/limits";

    /// <summary>Refuses to begin work that would fail half-way.</summary>
    /// <exception cref="ReMemException">There are too few.</exception>
    public static void Require()
    {
        if (Limit() is { } limit && limit < Needed)
            throw new ReMemException($"The system lets a program hold {limit} files open; this takes {Needed}.", "ulimit -n", "Raise the limit: ulimit -n 1024.");
    }

    private static int? Limit()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            // "unlimited" is no number.
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

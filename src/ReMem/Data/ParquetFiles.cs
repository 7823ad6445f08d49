using System.Text.RegularExpressions;

namespace ReMem.Data;

/// <summary>Finds Parquet files, and the split that a file's name or folder says.</summary>
internal static partial class ParquetFiles
{
    /// <summary>The files of a folder, at most two folders deep (data/, a configuration, a split), in ordinal order.</summary>
    public static string[] In(string folder) =>
        Sorted(Directory.EnumerateFiles(folder, "*.parquet", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }));

    /// <summary>The files that a pattern with * (within a folder), ** (any folders) and ? names, in ordinal order.</summary>
    /// <exception cref="InputException">There is none, or one that is no Parquet file.</exception>
    public static string[] Glob(string pattern)
    {
        string slashed = pattern.Replace('\\', '/');
        string fixedPart = slashed[..slashed.AsSpan().IndexOfAny('*', '?')];
        string folder = fixedPart.Contains('/', StringComparison.Ordinal) ? fixedPart[..(fixedPart.LastIndexOf('/') + 1)] : "./";
        string rest = slashed[(fixedPart.LastIndexOf('/') + 1)..];
        if (!Directory.Exists(folder))
            throw new InputException($"The folder '{folder}' of '{pattern}' does not exist.", remedy: "Check the path before the first * or ?.");
        var expression = new Regex(
            "^" + Regex.Escape(rest).Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal)
                .Replace(@"\?", "[^/]", StringComparison.Ordinal) + "$");
        var depth = new EnumerationOptions { RecurseSubdirectories = rest.Contains('/', StringComparison.Ordinal) };
        string[] files = Sorted(Directory.EnumerateFiles(folder, "*", depth)
            .Where(f => expression.IsMatch(Path.GetRelativePath(folder, f).Replace('\\', '/'))));
        if (files.Length == 0)
            throw new InputException($"No file matches '{pattern}'.", remedy: "Check the pattern; quote it so that the shell does not expand it.");
        string? other = files.FirstOrDefault(f => !Path.GetExtension(f).Equals(".parquet", StringComparison.OrdinalIgnoreCase));
        return other is null
            ? files
            : throw new InputException($"'{other}' matches '{pattern}' but is no Parquet file.", remedy: "End the pattern in .parquet.");
    }

    /// <summary>"train", "val", "test", or null: by the file's own name, else by the nearest folder below <paramref name="root"/>.</summary>
    public static string? Split(string root, string file)
    {
        string relative = Path.GetRelativePath(root.Length == 0 ? "." : root, file).Replace('\\', '/');
        string[] parts = relative.Split('/', StringSplitOptions.RemoveEmptyEntries);
        parts[^1] = Path.GetFileNameWithoutExtension(parts[^1]);
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            Match match = SplitName().Match(parts[i]);
            if (match.Success)
            {
                return char.ToUpperInvariant(match.Groups[1].Value[0]) switch
                {
                    'T' when match.Groups[1].Value.StartsWith("tr", StringComparison.OrdinalIgnoreCase) => "train",
                    'T' => "test",
                    _ => "val",
                };
            }
        }

        return null;
    }

    private static string[] Sorted(IEnumerable<string> files)
    {
        string[] sorted = files.ToArray();
        Array.Sort(sorted, StringComparer.Ordinal);
        return sorted;
    }

    [GeneratedRegex("(?:^|[^a-z])(train|training|validation|valid|val|dev|test|testing)(?:[^a-z]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex SplitName();
}

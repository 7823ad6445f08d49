using System.Globalization;
using System.Text.RegularExpressions;

namespace ReMem.Data.Sources;

/// <summary>Finds the files of a layout, and the split that a file's name or folder means.</summary>
internal static partial class DataFiles
{
    private const int MaxExpanded = 1_000_000;

    private static readonly Dictionary<string, string> SplitNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["train"] = "train",
        ["training"] = "train",
        ["val"] = "val",
        ["valid"] = "val",
        ["validation"] = "val",
        ["dev"] = "val",
        ["test"] = "test",
        ["testing"] = "test",
        ["eval"] = "test",
        ["evaluation"] = "test",
    };

    /// <summary>The splits, in reading order.</summary>
    public static readonly string[] Splits = ["train", "val", "test"];

    /// <summary>"train", "val" or "test" for a name that means one of them; null for any other.</summary>
    public static string? SplitOf(string name) => SplitNames.GetValueOrDefault(name);

    /// <summary>The folder of a data set's training images, by its name; null where there is none.</summary>
    public static string? TrainFolder(string folder) =>
        Directory.EnumerateDirectories(folder).FirstOrDefault(d => SplitOf(Path.GetFileName(d)) == "train");

    /// <summary>The files of a folder, at most two folders deep (data/, a configuration, a split), in ordinal order.</summary>
    public static string[] In(string folder, params string[] extensions) => Sorted(
        Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 })
            .Where(f => HasExtension(f, extensions) && !Path.GetRelativePath(folder, f).Split('/', '\\').Any(SystemFiles.IsSystem)));

    /// <summary>
    /// The files that a source names, in ordinal order: a file, a folder's files, or a pattern with * (within a folder), ** (any folders),
    /// ? and {000..004} or {a,b}.
    /// </summary>
    /// <param name="source">The user's argument.</param>
    /// <param name="kind">The kind of file in messages: "Parquet".</param>
    /// <param name="extensions">Their extensions, with the dot.</param>
    /// <exception cref="InputException">There is none, or one with another extension.</exception>
    public static string[] Find(string source, string kind, params string[] extensions)
    {
        if (Directory.Exists(source))
        {
            string[] inside = In(source, extensions);
            return inside.Length > 0
                ? inside
                : throw new InputException($"The folder '{source}' holds no {kind} file ({string.Join(", ", extensions)}).",
                    remedy: "Check the path.");
        }

        string[] files = File.Exists(source) ? [source] : Matches(source);
        string? other = files.FirstOrDefault(f => !HasExtension(f, extensions));
        return other is null
            ? files
            : throw new InputException($"'{other}' {(other == source ? "" : $"matches '{source}' but ")}is not a {kind} file.",
                remedy: $"Name files that end in {string.Join(" or ", extensions)}.");
    }

    /// <summary>The files that a pattern matches, in ordinal order.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static string[] Matches(string pattern) => Sorted(Expand(pattern.Replace('\\', '/')).SelectMany(Glob).Distinct());

    /// <summary>Whether a path is a pattern, not a name.</summary>
    public static bool IsPattern(string path) =>
        path.AsSpan().IndexOfAny('*', '?', '{') >= 0 && !File.Exists(path) && !Directory.Exists(path);

    /// <summary>The folder below which split names are looked for.</summary>
    public static string Root(string source) => Directory.Exists(source) ? source : Path.GetDirectoryName(source) ?? "";

    /// <summary>
    /// "train", "val", "test", or null: by the file's own name, else by the nearest folder below <paramref name="root"/>.
    /// </summary>
    public static string? Split(string root, string file)
    {
        string relative = Path.GetRelativePath(root.Length == 0 ? "." : root, file).Replace('\\', '/');
        string[] parts = relative.Split('/', StringSplitOptions.RemoveEmptyEntries);
        parts[^1] = Path.GetFileNameWithoutExtension(parts[^1]);
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            if (SplitWithin(parts[i]) is { } split)
                return split;
        }

        return null;
    }

    /// <summary>
    /// "train", "val" or "test" for a name that has a word that means one of them, such as seg_train; null for any other.
    /// </summary>
    public static string? SplitWithin(string name) =>
        SplitName().Match(name) is { Success: true } match ? SplitOf(match.Groups[1].Value) : null;

    /// <summary>Files by split: only "" where no name means one, else train and the others, in that order.</summary>
    public static List<(string Split, string[] Files)> BySplit(string source, string[] files, string kind, List<string> warnings)
    {
        string root = Root(source);
        var bySplit = files.GroupBy(f => Split(root, f) ?? "").ToDictionary(g => g.Key, g => g.ToArray());
        if (bySplit.Count > 1 && bySplit.Remove("", out string[]? unnamed))
            warnings.Add($"{unnamed.Length} {kind} files of no split (train, validation, test) are ignored, such as '{unnamed[0]}'.");
        return [.. Splits.Prepend("").Where(bySplit.ContainsKey).Select(s => (s, bySplit[s]))];
    }

    /// <summary>The files of a split, for messages.</summary>
    public static string Where(string[] files) => files.Length == 1 ? files[0] : $"{files.Length} files, the first '{files[0]}'";

    /// <summary>A path's last part, for reports.</summary>
    public static string Shown(string source) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)));

    private static bool HasExtension(string file, string[] extensions) =>
        extensions.Any(e => file.EndsWith(e, StringComparison.OrdinalIgnoreCase)) && !Path.GetFileName(file).StartsWith('.');

    private static IEnumerable<string> Glob(string pattern)
    {
        int wild = pattern.AsSpan().IndexOfAny('*', '?');
        if (wild < 0)
        {
            return File.Exists(pattern) ? [pattern] : throw new InputException(
                $"The file '{pattern}' does not exist.", remedy: "Check the path, and the numbers between { and }.");
        }

        string fixedPart = pattern[..wild];
        string folder = fixedPart.Contains('/', StringComparison.Ordinal) ? fixedPart[..(fixedPart.LastIndexOf('/') + 1)] : "./";
        string rest = pattern[(fixedPart.LastIndexOf('/') + 1)..];
        if (!Directory.Exists(folder))
            throw new InputException($"The folder '{folder}' of '{pattern}' does not exist.",
                remedy: "Check the path before the first * or ?.");
        var expression = new Regex(
            "^" + Regex.Escape(rest).Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal)
                .Replace(@"\?", "[^/]", StringComparison.Ordinal) + "$");
        var depth = new EnumerationOptions { RecurseSubdirectories = rest.Contains('/', StringComparison.Ordinal) };
        string[] found = Directory.EnumerateFiles(folder, "*", depth)
            .Where(f => expression.IsMatch(Path.GetRelativePath(folder, f).Replace('\\', '/'))).ToArray();
        return found.Length > 0
            ? found
            : throw new InputException($"No file matches '{pattern}'.",
                remedy: "Check the pattern; quote it so that the shell does not expand it.");
    }

    /// <summary>The shell's {a,b} and {000..004}, which WebDataset names shards by.</summary>
    private static IEnumerable<string> Expand(string pattern)
    {
        Match braces = Braces().Match(pattern);
        if (!braces.Success)
            return [pattern];
        string inside = braces.Groups[1].Value;
        Match range = NumberRange().Match(inside);
        IEnumerable<string> choices = range.Success ? Numbers(range, pattern) : inside.Split(',');
        string before = pattern[..braces.Index], after = pattern[(braces.Index + braces.Length)..];
        return choices.SelectMany(c => Expand(before + c + after));
    }

    private static IEnumerable<string> Numbers(Match range, string pattern)
    {
        string low = range.Groups[1].Value, high = range.Groups[2].Value;
        if (!int.TryParse(low, CultureInfo.InvariantCulture, out int first)
            || !int.TryParse(high, CultureInfo.InvariantCulture, out int last)
            || last < first || last - first >= MaxExpanded)
        {
            throw new InputException(
                $"'{{{range.Value}}}' of '{pattern}' is not a rising range of at most {MaxExpanded} numbers.",
                remedy: "Write it as {000000..000004}.");
        }

        return Enumerable.Range(first, last - first + 1).Select(n => n.ToString(CultureInfo.InvariantCulture).PadLeft(low.Length, '0'));
    }

    private static string[] Sorted(IEnumerable<string> files)
    {
        string[] sorted = files.ToArray();
        Array.Sort(sorted, StringComparer.Ordinal);
        return sorted;
    }

    [GeneratedRegex("(?:^|[^a-z])(train|training|validation|valid|val|dev|test|testing|eval|evaluation)(?:[^a-z]|$)",
        RegexOptions.IgnoreCase)]
    private static partial Regex SplitName();

    [GeneratedRegex(@"\{([^{}]*(?:,|\.\.)[^{}]*)\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"^(\d+)\.\.(\d+)$")]
    private static partial Regex NumberRange();
}

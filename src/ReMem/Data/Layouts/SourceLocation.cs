using System.Text.RegularExpressions;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Layouts;

/// <summary>
/// A data set's layout, place and columns, out of one string: LAYOUT:PATH?KEY=VALUE&amp;...,
/// or a plain path whose content shows its layout.
/// </summary>
/// <param name="Layout">How it lies on disk.</param>
/// <param name="Path">A file, a folder or a pattern.</param>
/// <param name="Options">The options given, with the string's own over them.</param>
internal sealed partial record SourceLocation(DatasetLayout Layout, string Path, DatasetOptions Options)
{
    private const int MaxNesting = 16;
    private static readonly string[] Keys = ["image", "path", "label", "split", "group", "labels"];

    /// <summary>Parses the string.</summary>
    /// <exception cref="InputException">There is no such layout, key or path.</exception>
    public static SourceLocation Parse(string source, DatasetOptions options)
    {
        Match match = Prefixed().Match(source);
        if (!match.Success || File.Exists(source) || Directory.Exists(source))
        {
            source = Within(source);
            return new SourceLocation(Detect(source), source, options);
        }

        string layout = match.Groups[1].Value, rest = match.Groups[2].Value;
        DatasetLayout named = DatasetLayouts.All.FirstOrDefault(l => l.Name == layout)
            ?? throw Nearest.Unknown("data set layout", layout, [.. DatasetLayouts.Names], source);
        Match query = Query().Match(rest);
        string path = query.Success ? rest[..query.Index] : rest;
        foreach (string pair in query.Success ? query.Value[1..].Split('&') : [])
            options = With(options, pair, source);
        if (path.Length == 0)
            throw new InputException($"'{source}' names no path.", remedy: $"Write {layout}:PATH.");
        return new SourceLocation(named, path, options);
    }

    private static DatasetOptions With(DatasetOptions options, string pair, string source)
    {
        int equals = pair.IndexOf('=', StringComparison.Ordinal);
        (string key, string value) = equals < 0 ? (pair, "") : (pair[..equals], pair[(equals + 1)..]);
        if (value.Length == 0)
            throw new InputException($"'{pair}' of '{source}' has no value.", remedy: "Write ?key=value, with & between several.");
        return key switch
        {
            "image" or "path" => options with { ImageColumn = value },
            "label" => options with { LabelColumn = value },
            "split" => options with { SplitColumn = value },
            "group" => options with { GroupColumn = value },
            "labels" => options with { LabelsFile = value },
            _ => throw Nearest.Unknown("key", key, Keys, source),
        };
    }

    /// <summary>
    /// A folder that holds only one folder stands for it where the latter is a layout of files: archives often have an outer folder.
    /// </summary>
    private static string Within(string source)
    {
        string inner = source;
        for (int depth = 0; depth < MaxNesting && Directory.Exists(inner); depth++)
        {
            var tree = new DiskTree(inner);
            if (Detect(inner) != FolderLayout.Layout)
                return inner;
            if (tree.Folders("") is not [string only] || tree.Files("").Any(FileTree.IsAnyImage) || DataFiles.SplitOf(only) is not null)
                break;
            inner = System.IO.Path.Combine(inner, only);
        }

        // Class folders are entered by their own layout, which also reads zips.
        return source;
    }

    private static DatasetLayout Detect(string source)
    {
        if (File.Exists(source) || DataFiles.IsPattern(source))
            return DatasetLayouts.OfFile(source);
        return Directory.Exists(source) ? DatasetLayouts.OfFolder(source) : throw new InputException(
            $"The data set '{source}' does not exist.",
            remedy: "Name a folder of class folders, a folder, file or glob of Parquet files, or a layout: "
                + string.Join(", ", DatasetLayouts.Names.Select(l => l + ":")) + ".");
    }

    [GeneratedRegex("^([a-z][a-z0-9]+):(.*)$", RegexOptions.Singleline)]
    private static partial Regex Prefixed();

    [GeneratedRegex(@"\?[a-z_]+=[^?]*$")]
    private static partial Regex Query();
}

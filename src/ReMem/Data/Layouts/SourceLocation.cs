using System.Text.RegularExpressions;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Layouts;

/// <summary>A data set's layout, place and columns, out of one string: LAYOUT:PATH?KEY=VALUE&amp;..., or a plain path whose content shows its layout.</summary>
/// <param name="Layout">One of <see cref="Layouts"/>.</param>
/// <param name="Path">A file, a folder or a pattern.</param>
/// <param name="Options">The options given, with the string's own over them.</param>
internal sealed partial record SourceLocation(string Layout, string Path, DatasetOptions Options)
{
    /// <summary>What a string may start with.</summary>
    public static readonly string[] Layouts = ["folder", "parquet", "csv", "tsv", "jsonl", "wds", "zip", "cifar10", "cifar100", "idx"];

    private const int MostNested = 16;
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
        if (!Layouts.Contains(layout))
            throw Nearest.Unknown("data set layout", layout, Layouts, source);
        Match query = Query().Match(rest);
        string path = query.Success ? rest[..query.Index] : rest;
        foreach (string pair in query.Success ? query.Value[1..].Split('&') : [])
            options = With(options, pair, source);
        if (path.Length == 0)
            throw new InputException($"'{source}' names no path.", remedy: $"Write {layout}:PATH.");
        return new SourceLocation(layout, path, options);
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
        for (int depth = 0; depth < MostNested && Directory.Exists(inner); depth++)
        {
            var tree = new DiskTree(inner);
            if (Detect(inner) != "folder")
                return inner;
            if (tree.Folders("") is not [string only] || tree.Files("").Any(FileTree.IsAnyImage) || DataFiles.SplitOf(only) is not null)
                break;
            inner = System.IO.Path.Combine(inner, only);
        }

        // Class folders are entered by their own layout, which also reads zips.
        return source;
    }

    private static string Detect(string source)
    {
        if (File.Exists(source) || DataFiles.IsPattern(source))
            return OfFile(source);
        if (!Directory.Exists(source))
        {
            throw new InputException(
                $"The data set '{source}' does not exist.",
                remedy: "Name a folder of class folders, a folder, file or glob of Parquet files, or a layout: " + string.Join(", ", Layouts.Select(l => l + ":")) + ".");
        }

        if (CifarLayout.KindOf(source) is { } cifar)
            return cifar;
        if (IdxLayout.IsIn(source))
            return "idx";
        // A table is the data set's where the images have no class folders of their own.
        string? train = Directory.EnumerateDirectories(source).FirstOrDefault(d => DataFiles.SplitOf(System.IO.Path.GetFileName(d)) == "train");
        if (train is not null && new DiskTree(train).Folders("").Length > 0)
            return "folder";
        if ((ManifestLayout.TableOf(source) ?? (train is null ? null : ManifestLayout.TableOf(train))) is { } table)
            return OfFile(table);
        return DataFiles.In(source, ".parquet").Length > 0 ? "parquet" : DataFiles.In(source, ".tar").Length > 0 ? "wds" : "folder";
    }

    private static string OfFile(string file) => System.IO.Path.GetExtension(file).ToLowerInvariant() switch
    {
        ".parquet" => "parquet",
        ".csv" or ".txt" or ".lst" => "csv",
        ".tsv" => "tsv",
        ".jsonl" or ".ndjson" => "jsonl",
        ".tar" => "wds",
        ".zip" => "zip",
        _ => throw new InputException(
            $"The data set '{file}' is a file, but no Parquet file, table (CSV, TSV, JSON Lines), tar or zip.", remedy: "Name a folder of class folders, or such a file."),
    };

    [GeneratedRegex("^([a-z][a-z0-9]+):(.*)$", RegexOptions.Singleline)]
    private static partial Regex Prefixed();

    [GeneratedRegex(@"\?[a-z_]+=[^?]*$")]
    private static partial Regex Query();
}

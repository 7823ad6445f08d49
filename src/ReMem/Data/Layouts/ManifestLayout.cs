using ReMem.Data.Sources;

namespace ReMem.Data.Layouts;

/// <summary>Tables of paths and labels: CSV, TSV and JSON Lines. Paths are relative to the table's own folder.</summary>
internal static class ManifestLayout
{
    // A folder's labels.txt is none of these lists, so that such a file is only read where it is named.
    private static readonly string[] ListExtensions = [".txt", ".lst"];

    /// <summary>The names by which a table describes the data set, as in Hugging Face's <c>imagefolder</c>.</summary>
    private static readonly string[] KnownNames = ["metadata", "train", "labels", "manifest"];

    /// <summary>Comma-separated tables, and lists without a header.</summary>
    public static DatasetLayout Csv { get; } = Layout("csv", "comma-separated tables of paths", [".csv"], ListExtensions);

    /// <summary>Tab-separated tables.</summary>
    public static DatasetLayout Tsv { get; } = Layout("tsv", "tab-separated tables of paths", [".tsv"]);

    /// <summary>A JSON object a line.</summary>
    public static DatasetLayout JsonLines { get; } = Layout("jsonl", "tables of paths in JSON Lines", [".jsonl", ".ndjson"]);

    /// <summary>Reads the tables that a source names.</summary>
    /// <param name="source">A file, a folder or a pattern.</param>
    /// <param name="options">Column names, where they are not the usual ones.</param>
    /// <param name="extensions">Extensions of the tables.</param>
    /// <exception cref="InputException">A column is missing, or a row has no label, or an unknown split.</exception>
    public static RawDataset Read(string source, DatasetOptions options, params string[] extensions)
    {
        List<string> warnings = [];
        string[] files = DataFiles.Find(source, "table", extensions);
        List<Row> rows = [];
        List<UnlabelledSplit> unlabelled = [];
        if (files.Length == 1)
        {
            // The name of a single table does not imply its split: "train.csv" may hold every split in a column.
            rows.AddRange(Rows(files[0], "", options, warnings));
        }
        else
        {
            foreach ((string split, string[] shards) in DataFiles.BySplit(source, files, "table", warnings))
            {
                // Competitions publish the test images' names without labels.
                if (options.NeedsLabels && split is ("val" or "test")
                    && shards.All(f => ManifestTable.Read(f) is { Rows.Count: > 0 } t && !ManifestColumns.HasLabel(t, options)))
                    unlabelled.Add(new UnlabelledSplit(split, shards[0], shards.Sum(f => ManifestTable.Read(f).Rows.Count)));
                else
                    rows.AddRange(shards.SelectMany(f => Rows(f, split, options, warnings)));
            }

            warnings.AddRange(unlabelled.Select(u => $"'{u.Where}' has no column of labels: its {u.Images} images are not scored."));
        }

        if (rows.Count == 0)
            throw new InputException($"'{files[0]}' has no rows.", remedy: "Write a line for each image, below the names of the columns.");
        var bySplit = rows.GroupBy(r => r.Split).ToDictionary(g => g.Key, g => g.ToArray());
        string folder = Path.GetDirectoryName(Path.GetFullPath(files[0]))!;
        RawSplit[] splits =
            [.. DataFiles.Splits.Prepend("").Where(bySplit.ContainsKey).Select(s => ToSplit(s, DataFiles.Where(files), bySplit[s]))];
        return new RawDataset($"table {DataFiles.Shown(source)}", splits, null, warnings)
        {
            Unlabelled = unlabelled,
            LabelsFile = new[] { "labels.txt", "classes.txt" }.Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists),
        };
    }

    private static DatasetLayout Layout(string name, string description, string[] extensions, params string[] lists) =>
        new(name, description, (source, options) => Read(source, options, [.. extensions, .. File.Exists(source) ? lists : []]))
        {
            Extensions = [.. extensions, .. lists],
            Recognises = folder => (TableOf(folder) ?? (DataFiles.TrainFolder(folder) is { } train ? TableOf(train) : null)) is { } table
                && extensions.Contains(Path.GetExtension(table).ToLowerInvariant()),
        };

    /// <summary>The table of a folder that has one by a usual name, else null.</summary>
    private static string? TableOf(string folder)
    {
        string[] tables = [.. Directory.EnumerateFiles(folder)
            .Where(f => Path.GetExtension(f).ToLowerInvariant() is ".csv" or ".tsv" or ".jsonl" or ".ndjson")];
        return KnownNames.Select(n => tables.FirstOrDefault(t =>
            Path.GetFileNameWithoutExtension(t).Equals(n, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(t => t is not null);
    }

    private static RawSplit ToSplit(string split, string where, Row[] rows) => new(
        split, where, [.. rows.Select(r => r.Label).Distinct()], [.. rows.Select(r => r.Label)], [.. rows.Select(r => r.Path)],
        i => FilePart.Of(rows[i].Path))
    {
        Groups = rows.Any(r => r.Group is not null) ? [.. rows.Select(r => r.Group)] : null,
    };

    private static List<Row> Rows(string file, string split, DatasetOptions options, List<string> warnings)
    {
        var paths = new ManifestPaths(Path.GetDirectoryName(Path.GetFullPath(file))!);
        ManifestTable table = ManifestTable.Read(file, paths.Finds);
        if (table.Rows.Count == 0)
            return [];
        (string image, string? label, string? splits, string? groups) = ManifestColumns.Find(table, file, options);
        List<Row> rows = [];
        string? missing = null;
        foreach (ManifestTable.Line line in table.Rows)
        {
            string where = $"'{file}' line {line.Number}";
            string path = table.Text(line, image) is { Length: > 0 } p ? p : throw new InputException(
                $"{where} names no image ({image} is empty).", remedy: "Write the path of the image, or leave the line out.");
            if (path.Contains('\0', StringComparison.Ordinal))
                throw new InputException($"{where} names an image by a path with a NUL in it.",
                    remedy: "The table is damaged: copy or write it again.");
            string name = label is null ? string.Empty : table.Text(line, label) is { Length: > 0 } l ? l : throw new InputException(
                $"{where} has no label ({label} is empty).",
                remedy: "Leave out unlabelled lines; a missing test split is taken from training.");
            string? group = groups is null ? null : table.Text(line, groups) is { Length: > 0 } g ? g : null;
            int before = paths.Missing;
            rows.Add(new Row(paths.Resolve(path), name, splits is null ? split : SplitOf(table.Text(line, splits), where), group));
            missing ??= paths.Missing > before ? path : null;
        }

        Report(file, rows, paths, missing, image, warnings);
        return rows;
    }

    /// <summary>Warns about images that do not exist; throws where none exists.</summary>
    private static void Report(string file, List<Row> rows, ManifestPaths paths, string? missing, string image, List<string> warnings)
    {
        if (paths.Missing == rows.Count)
        {
            throw new InputException(
                $"None of the {rows.Count} images of '{file}' exists: the first is '{missing}' (column {image}), "
                    + $"looked for at '{rows[0].Path}'.",
                remedy: "Put the table into the folder that its paths start from, next to the images, or above them.");
        }

        if (paths.Missing > 0)
            warnings.Add($"{paths.Missing} of {rows.Count} images of '{file}' do not exist, such as '{missing}'.");
        if (paths.Guessed > 0 && paths.Example is { } example)
            warnings.Add(
                $"{paths.Guessed} of {rows.Count} paths of '{file}' were found by their ends: '{example.Written}' is '{example.Found}'.");
    }

    private static string SplitOf(string? value, string where)
    {
        return DataFiles.SplitOf(value ?? "") ?? throw new InputException(
            $"{where} has split '{value}'.", remedy: "A split is train, val (or validation) or test; leave out lines of any other.");
    }

    private sealed record Row(string Path, string Label, string Split, string? Group);
}

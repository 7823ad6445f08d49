namespace ReMem.Data;

/// <summary>Tables of paths and labels: CSV, TSV and JSON Lines. Paths are relative to the table's own folder.</summary>
internal static class ManifestLayout
{
    /// <summary>What such files end in.</summary>
    public static readonly string[] Extensions = [".csv", ".tsv", ".jsonl", ".ndjson"];

    /// <summary>Names that say a table is the data set's, as Hugging Face's <c>imagefolder</c> has it.</summary>
    private static readonly string[] KnownNames = ["metadata", "train", "labels", "manifest"];

    private static readonly string[] ImageColumns = ["path", "file_name", "filename", "file", "image", "image_path", "filepath"];
    private static readonly string[] LabelColumns = ["label", "class", "labels", "target"];
    private static readonly string[] SplitColumns = ["split", "subset"];

    /// <summary>The table of a folder that has one by a usual name, else null.</summary>
    public static string? TableOf(string folder)
    {
        string[] tables = Directory.EnumerateFiles(folder).Where(f => Extensions.Contains(Path.GetExtension(f).ToLowerInvariant())).ToArray();
        return KnownNames.Select(n => tables.FirstOrDefault(t => Path.GetFileNameWithoutExtension(t) == n)).FirstOrDefault(t => t is not null);
    }

    /// <summary>Reads the tables that a source names.</summary>
    /// <param name="source">A file, a folder or a pattern.</param>
    /// <param name="options">Which columns, where they are not called as usual.</param>
    /// <param name="extensions">Of the tables.</param>
    /// <exception cref="InputException">A column is missing, or a row has no label, or an unknown split.</exception>
    public static RawDataset Read(string source, DatasetOptions options, params string[] extensions)
    {
        List<string> warnings = [];
        string[] files = DataFiles.Find(source, "table", extensions);
        List<Row> rows = [];
        if (files.Length == 1)
        {
            // A single table's own name says nothing: "train.csv" may well hold every split in a column.
            rows.AddRange(Rows(files[0], "", options));
        }
        else
        {
            foreach ((string split, string[] shards) in DataFiles.BySplit(source, files, "table", warnings))
                rows.AddRange(shards.SelectMany(f => Rows(f, split, options)));
        }

        if (rows.Count == 0)
            throw new InputException($"'{files[0]}' has no rows.", remedy: "Write a line for each image, below the names of the columns.");
        var bySplit = rows.GroupBy(r => r.Split).ToDictionary(g => g.Key, g => g.ToArray());
        string first = bySplit.ContainsKey("") ? "" : "train";
        if (!bySplit.ContainsKey(first))
            throw new InputException($"'{source}' has no rows of the train split, only of {string.Join(" and ", bySplit.Keys)}.", remedy: "Add them.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(files[0]))!;
        RawSplit[] splits = [.. new[] { first, "val", "test" }.Where(bySplit.ContainsKey).Select(s => ToSplit(s, DataFiles.Where(files), bySplit[s]))];
        return new RawDataset($"table {DataFiles.Shown(source)}", splits, null, warnings)
        {
            LabelsFile = new[] { "labels.txt", "classes.txt" }.Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists),
        };
    }

    private static RawSplit ToSplit(string split, string where, Row[] rows) => new(
        split, where, [.. rows.Select(r => r.Label).Distinct()], [.. rows.Select(r => r.Label)], [.. rows.Select(r => r.Path)],
        i => FilePart.Of(rows[i].Path))
    {
        Groups = rows.Any(r => r.Group is not null) ? [.. rows.Select(r => r.Group)] : null,
    };

    private static IEnumerable<Row> Rows(string file, string split, DatasetOptions options)
    {
        ManifestTable table = ManifestTable.Read(file);
        if (table.Rows.Count == 0)
            yield break;
        string image = Column(table, file, "image", options.ImageColumn, ImageColumns)!;
        string label = Column(table, file, "label", options.LabelColumn, LabelColumns)!;
        string? splits = Column(table, file, "split", options.SplitColumn, SplitColumns, optional: true);
        string? groups = Column(table, file, "group", options.GroupColumn, ["group"], optional: true);
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        foreach (ManifestTable.Line line in table.Rows)
        {
            string where = $"'{file}' line {line.Number}";
            string path = line.Values.GetValueOrDefault(image) is { Length: > 0 } p ? p : throw new InputException(
                $"{where} names no image ({image} is empty).", remedy: "Write the path of the image, or leave the line out.");
            string name = line.Values.GetValueOrDefault(label) is { Length: > 0 } l ? l : throw new InputException(
                $"{where} has no label ({label} is empty).", remedy: "Leave out unlabelled lines; a missing test split is taken from training.");
            string? group = groups is null ? null : line.Values.GetValueOrDefault(groups) is { Length: > 0 } g ? g : null;
            yield return new Row(
                Path.GetFullPath(Path.Combine(folder, path)), name, splits is null ? split : SplitOf(line, splits, where), group);
        }
    }

    private static string SplitOf(ManifestTable.Line line, string column, string where)
    {
        string? value = line.Values.GetValueOrDefault(column);
        return DataFiles.SplitOf(value ?? "") ?? throw new InputException(
            $"{where} has split '{value}'.", remedy: "A split is train, val (or validation) or test; leave out lines of any other.");
    }

    private static string? Column(ManifestTable table, string file, string what, string? given, string[] usual, bool optional = false)
    {
        string? found = given is null ? usual.FirstOrDefault(table.Columns.Contains) : table.Columns.Contains(given) ? given : null;
        if (found is not null || (optional && given is null))
            return found;
        string wanted = given ?? string.Join(", ", usual);
        throw new InputException(
            $"'{file}' has no column of {what}s ({wanted}); its columns: {string.Join(", ", table.Columns)}.",
            remedy: $"Name it, as in csv:{Path.GetFileName(file)}?{what}=NAME.");
    }

    private sealed record Row(string Path, string Label, string Split, string? Group);
}

namespace ReMem.Data;

/// <summary>A data set of Parquet files as Hugging Face's <c>datasets</c> writes them.</summary>
internal static class ParquetLayout
{
    public static RawDataset Read(string source, string root, string[] files, DatasetOptions options)
    {
        List<string> warnings = [];
        var bySplit = files.GroupBy(f => ParquetFiles.Split(root, f) ?? "").ToDictionary(g => g.Key, g => g.ToArray());
        if (bySplit.Count > 1 && bySplit.Remove("", out string[]? unnamed))
            warnings.Add($"{unnamed.Length} Parquet files of no split (train, validation, test) are ignored, such as '{unnamed[0]}'.");
        string first = bySplit.ContainsKey("") ? "" : "train";
        if (!bySplit.ContainsKey(first))
        {
            throw new InputException(
                $"'{source}' has no train split, only {string.Join(" and ", bySplit.Keys)}.",
                remedy: "Add train*.parquet, or name one file that is not split.");
        }

        bool many = bySplit.Values.SelectMany(f => f).Sum(f => new FileInfo(f).Length) > options.MemoryBytes;
        List<RawSplit> splits = [];
        IReadOnlyList<string>? names = null;
        bool numeric = false;
        foreach (string split in new[] { first, "val", "test" })
        {
            if (!bySplit.TryGetValue(split, out string[]? shards))
                continue;
            // Held-out shards may lack the metadata that the training shards have: the class names are those of training.
            var rows = new ParquetRows(many ? Path.GetTempPath() : null, names);
            foreach (string shard in shards)
                rows.Read(shard, options);
            if (splits.Count == 0)
                (names, numeric) = (rows.ClassNames, rows.LabelsAreNumbers);
            splits.Add(rows.ToSplit(split, shards.Length == 1 ? shards[0] : $"{shards.Length} files, the first '{shards[0]}'"));
        }

        IReadOnlyList<string>? classes = names;
        if (classes is null && numeric)
            classes = splits[0].Classes.Distinct().OrderBy(c => long.Parse(c, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        string shown = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)));
        return new RawDataset($"Parquet {shown}", splits, classes, warnings);
    }
}

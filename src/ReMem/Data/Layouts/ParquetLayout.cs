using ReMem.Data.Sources;

namespace ReMem.Data.Layouts;

/// <summary>A data set of Parquet files as Hugging Face's <c>datasets</c> writes them.</summary>
internal static class ParquetLayout
{
    /// <summary>Parquet files.</summary>
    public static DatasetLayout Layout { get; } = new("parquet", "Parquet files as Hugging Face's datasets writes them", Read)
    {
        Extensions = [".parquet"],
        Recognises = folder => DataFiles.In(folder, ".parquet").Length > 0,
    };

    /// <summary>Reads the files that a source names.</summary>
    public static RawDataset Read(string source, DatasetOptions options)
    {
        List<string> warnings = [];
        List<(string Split, string[] Files)> bySplit = DataFiles.BySplit(source, DataFiles.Find(source, "Parquet", ".parquet"), "Parquet",
            warnings);
        bool many = bySplit.SelectMany(s => s.Files).Sum(f => new FileInfo(f).Length) > options.MemoryBytes;
        List<RawSplit> splits = [];
        IReadOnlyList<string>? names = null;
        foreach ((string split, string[] shards) in bySplit)
        {
            // Held-out shards may lack the metadata of the training shards: the class names are those of training.
            var rows = new ParquetRows(many ? Path.GetTempPath() : null, names);
            foreach (string shard in shards)
                rows.Read(shard, options);
            if (splits.Count == 0)
                names = rows.ClassNames;
            splits.Add(rows.ToSplit(split, DataFiles.Where(shards)) with { Files = shards });
        }

        return new RawDataset($"Parquet {DataFiles.Shown(source)}", splits, names, warnings);
    }
}

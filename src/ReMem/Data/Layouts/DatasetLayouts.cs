namespace ReMem.Data.Layouts;

/// <summary>The layouts that are read, a line each. Of several that recognise a folder the first one is taken.</summary>
internal static class DatasetLayouts
{
    /// <summary>Every layout.</summary>
    public static IReadOnlyList<DatasetLayout> All { get; } =
    [
        CifarLayout.Ten,
        CifarLayout.Hundred,
        IdxLayout.Layout,
        FolderLayout.Layout,
        ManifestLayout.Csv,
        ManifestLayout.Tsv,
        ManifestLayout.JsonLines,
        ParquetLayout.Layout,
        WebDatasetLayout.Layout,
        FolderLayout.Zip,
    ];

    /// <summary>The names of the layouts.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(l => l.Name)];

    /// <summary>The layout that a folder shows: that of class folders where no other recognises it.</summary>
    public static DatasetLayout OfFolder(string folder) => All.FirstOrDefault(l => l.Recognises(folder)) ?? FolderLayout.Layout;

    /// <summary>The layout that a file's or pattern's ending shows.</summary>
    /// <exception cref="InputException">None has that ending.</exception>
    public static DatasetLayout OfFile(string file)
    {
        string extension = Path.GetExtension(file).ToLowerInvariant();
        return All.FirstOrDefault(l => l.Extensions.Contains(extension)) ?? throw new InputException(
            $"The data set '{file}' is a file, but no Parquet file, table (CSV, TSV, JSON Lines), tar or zip.",
            remedy: "Name a folder of class folders, or such a file.");
    }
}

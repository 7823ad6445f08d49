namespace ReMem.Data;

/// <summary>Folders of class folders, split or not.</summary>
internal static class FolderLayout
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp",
    };

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
    };

    /// <summary>
    /// Whether the folder has a train/ of class folders, or nothing but splits. A class that is named "train" beside other classes is neither.
    /// </summary>
    public static bool IsSplit(string source)
    {
        string[] folders = Folders(source);
        bool onlySplits = folders.Length > 0 && folders.All(f => SplitNames.ContainsKey(Path.GetFileName(f)));
        string? train = folders.FirstOrDefault(f => SplitNames.GetValueOrDefault(Path.GetFileName(f)) == "train");
        return (train is not null && Folders(train).Length > 0) || (onlySplits && ParquetFiles.In(source).Length == 0);
    }

    public static RawDataset ReadSplit(string source)
    {
        List<string> warnings = [];
        Dictionary<string, string> found = [];
        foreach (string folder in Folders(source))
        {
            string name = Path.GetFileName(folder);
            if (!SplitNames.TryGetValue(name, out string? split))
                warnings.Add($"The folder '{folder}' is no split (train, val, test) and is ignored.");
            else if (!found.TryAdd(split, folder))
                throw new InputException($"'{found[split]}' and '{folder}' are both the {split} split.", remedy: "Keep one of them.");
        }

        if (!found.TryGetValue("train", out string? train))
            throw new InputException($"'{source}' has no train/ folder beside {string.Join(" and ", found.Values.Select(Path.GetFileName))}/.",
                remedy: "Add train/ with a folder a class, or give one folder of class folders.");
        List<RawSplit> splits = [ReadClasses("train", train, warnings)];
        foreach (string split in new[] { "val", "test" })
        {
            if (found.TryGetValue(split, out string? folder))
                splits.Add(ReadClasses(split, folder, warnings));
        }

        return new RawDataset(Describe(source), splits, null, warnings);
    }

    public static RawDataset ReadWhole(string source)
    {
        List<string> warnings = [];
        return new RawDataset(Describe(source), [ReadClasses("", source, warnings)], null, warnings);
    }

    private static string Describe(string source) => $"image folder {Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)))}";

    private static RawSplit ReadClasses(string split, string root, List<string> warnings)
    {
        string[] folders = Folders(root);
        int loose = Directory.EnumerateFiles(root).Count(IsImage);
        if (folders.Length == 0)
        {
            throw new InputException(
                loose > 0 ? $"'{root}' holds {loose} images but no class folders." : $"'{root}' is empty: it holds no class folders.",
                remedy: "Give each class a folder, named as the class, with its images.");
        }

        if (loose > 0)
            warnings.Add($"{loose} images lie in '{root}' outside any class folder and are ignored.");

        List<string> names = [], classes = [];
        int ignored = 0;
        string? example = null;
        foreach (string folder in folders)
        {
            string[] files = Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true }).ToArray();
            Array.Sort(files, StringComparer.Ordinal);
            foreach (string file in files.Where(f => !Path.GetFileName(f).StartsWith('.')))
            {
                if (IsImage(file))
                {
                    names.Add(file);
                    classes.Add(Path.GetFileName(folder));
                }
                else
                {
                    ignored++;
                    example ??= file;
                }
            }
        }

        if (ignored > 0)
            warnings.Add($"{ignored} {(ignored == 1 ? "file" : "files")} in '{root}' without an image's extension are ignored, such as '{example}'.");
        return new RawSplit(split, root, folders.Select(f => Path.GetFileName(f)!).ToArray(), classes, names, i => EncodedSource.ReadFile(names[i]));
    }

    /// <summary>Visible subfolders in ordinal order, the same on every machine.</summary>
    private static string[] Folders(string folder)
    {
        string[] folders = Directory.GetDirectories(folder).Where(f => !Path.GetFileName(f).StartsWith('.')).ToArray();
        Array.Sort(folders, StringComparer.Ordinal);
        return folders;
    }

    private static bool IsImage(string file) => Extensions.Contains(Path.GetExtension(file));
}

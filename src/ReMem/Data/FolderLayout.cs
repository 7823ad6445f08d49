namespace ReMem.Data;

/// <summary>Folders of class folders, split or not.</summary>
internal static class FolderLayout
{
    /// <summary>Reads whichever of the two it is.</summary>
    public static RawDataset Read(FileTree tree) => IsSplit(tree) ? ReadSplit(tree) : ReadWhole(tree);

    /// <summary>
    /// Whether the folder has a train/ of class folders, or nothing but splits. A class that is named "train" beside other classes is neither.
    /// </summary>
    public static bool IsSplit(FileTree tree)
    {
        string[] folders = tree.Folders("");
        bool onlySplits = folders.Length > 0 && folders.All(f => DataFiles.SplitOf(FileTree.NameOf(f)) is not null);
        string? train = folders.FirstOrDefault(f => DataFiles.SplitOf(FileTree.NameOf(f)) == "train");
        return (train is not null && tree.Folders(train).Length > 0) || onlySplits;
    }

    private static RawDataset ReadSplit(FileTree tree)
    {
        List<string> warnings = [];
        Dictionary<string, string> found = [];
        foreach (string folder in tree.Folders(""))
        {
            if (DataFiles.SplitOf(FileTree.NameOf(folder)) is not { } split)
                warnings.Add($"The folder '{tree.Where(folder)}' is no split (train, val, test) and is ignored.");
            else if (!found.TryAdd(split, folder))
                throw new InputException($"'{tree.Where(found[split])}' and '{tree.Where(folder)}' are both the {split} split.", remedy: "Keep one of them.");
        }

        if (!found.TryGetValue("train", out string? train))
        {
            throw new InputException($"'{tree.Where("")}' has no train/ folder beside {string.Join(" and ", found.Values.Select(FileTree.NameOf))}/.",
                remedy: "Add train/ with a folder a class, or give one folder of class folders.");
        }

        List<RawSplit> splits = [ReadClasses(tree, "train", train, warnings)];
        foreach (string split in new[] { "val", "test" })
        {
            if (found.TryGetValue(split, out string? folder))
                splits.Add(ReadClasses(tree, split, folder, warnings));
        }

        return new RawDataset(tree.Description, splits, Classes(splits[0]), warnings);
    }

    private static RawDataset ReadWhole(FileTree tree)
    {
        List<string> warnings = [];
        RawSplit whole = ReadClasses(tree, "", "", warnings);
        return new RawDataset(tree.Description, [whole], Classes(whole), warnings);
    }

    /// <summary>torchvision's order, also of folders that are named by numbers.</summary>
    private static string[] Classes(RawSplit train) => [.. train.Declared.Order(StringComparer.Ordinal)];

    private static RawSplit ReadClasses(FileTree tree, string split, string root, List<string> warnings)
    {
        string[] folders = tree.Folders(root);
        int loose = tree.Files(root).Count(FileTree.IsImage);
        string where = tree.Where(root);
        if (folders.Length == 0)
        {
            throw new InputException(
                loose > 0 ? $"'{where}' holds {loose} images but no class folders." : $"'{where}' is empty: it holds no class folders.",
                remedy: "Give each class a folder, named as the class, with its images.");
        }

        if (loose > 0)
            warnings.Add($"{loose} images lie in '{where}' outside any class folder and are ignored.");

        List<string> files = [], classes = [];
        int ignored = 0;
        string? example = null;
        foreach (string folder in folders)
        {
            foreach (string file in tree.AllFiles(folder, warnings))
            {
                if (FileTree.IsImage(file))
                {
                    files.Add(file);
                    classes.Add(FileTree.NameOf(folder));
                }
                else
                {
                    ignored++;
                    example ??= tree.Where(file);
                }
            }
        }

        if (ignored > 0)
            warnings.Add($"{ignored} {(ignored == 1 ? "file" : "files")} in '{where}' without an image's extension are ignored, such as '{example}'.");
        return new RawSplit(
            split, where, folders.Select(FileTree.NameOf).ToArray(), classes, [.. files.Select(tree.Where)], i => tree.Read(files[i]))
        {
            Files = tree.OnDisk(files),
            Parts = tree.Part is { } part ? i => part(files[i]) : null,
        };
    }
}

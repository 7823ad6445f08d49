using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Layouts;

/// <summary>Folders of class folders, with or without splits.</summary>
internal static class FolderLayout
{
    private const int MaxNesting = 16;

    /// <summary>On disk.</summary>
    public static DatasetLayout Layout { get; } = new("folder", "class folders, in train/ val/ test/ or not split",
        (folder, options) => Read(new DiskTree(folder), options))
    {
        // A table is the data set's where the images have no class folders of their own.
        Recognises = folder => DataFiles.TrainFolder(folder) is { } train && new DiskTree(train).Folders("").Length > 0,
    };

    /// <summary>In a zip.</summary>
    public static DatasetLayout Zip { get; } = new("zip", "class folders in a zip",
        (file, options) => Read(new ZipTree(file), options))
    { Extensions = [".zip"] };

    /// <summary>Reads whichever of the two it is. A folder around it all, as archives often bring one, is stepped into.</summary>
    /// <param name="tree">The folder or zip.</param>
    /// <param name="options">Whether labels are needed: without, every image in any folder is read.</param>
    public static RawDataset Read(FileTree tree, DatasetOptions options)
    {
        if (!options.NeedsLabels)
            return ReadAll(tree);
        string root = Unwrapped(tree);
        return IsSplit(tree, root) ? ReadSplit(tree, root) : ReadWhole(tree, root);
    }

    /// <summary>
    /// Whether the folder has a train/ of class folders, or only splits. A class named "train" among other classes is neither.
    /// </summary>
    public static bool IsSplit(FileTree tree, string root = "")
    {
        string[] folders = tree.Folders(root);
        bool onlySplits = folders.Length > 0 && folders.All(f => DataFiles.SplitOf(FileTree.NameOf(f)) is not null);
        return onlySplits || folders.Any(f => SplitOf(tree, folders, f) == "train" && tree.Folders(f).Length > 0);
    }

    /// <summary>Descends through folders that hold one folder and no image, until there are several, or a split, or images.</summary>
    private static string Unwrapped(FileTree tree)
    {
        string root = "";
        for (int depth = 0; depth < MaxNesting && tree.Folders(root) is [string only] && DataFiles.SplitOf(FileTree.NameOf(only)) is null
            && tree.Folders(only).Length > 0 && !tree.Files(root).Concat(tree.Files(only)).Any(FileTree.IsAnyImage); depth++)
        {
            root = only;
        }

        return root;
    }

    /// <summary>
    /// The split that a folder's name means: exactly, or, where no folder is exactly train, within a longer name such as seg_train. The
    /// latter only counts for folders of class folders, so that a class "train station" stays a class.
    /// </summary>
    private static string? SplitOf(FileTree tree, string[] folders, string folder)
    {
        string name = FileTree.NameOf(folder);
        if (DataFiles.SplitOf(name) is { } exact)
            return exact;
        return !folders.Any(f => DataFiles.SplitOf(FileTree.NameOf(f)) == "train") && tree.Folders(folder).Length > 0
            ? DataFiles.SplitWithin(name)
            : null;
    }

    private static RawDataset ReadSplit(FileTree tree, string root)
    {
        List<string> warnings = [];
        Dictionary<string, string> found = [];
        string[] folders = tree.Folders(root);
        foreach (string folder in folders)
        {
            if (SplitOf(tree, folders, folder) is not { } split)
                warnings.Add($"The folder '{tree.Where(folder)}' is not a split (train, val, test) and is ignored.");
            else if (!found.TryAdd(split, folder))
                throw new InputException($"'{tree.Where(found[split])}' and '{tree.Where(folder)}' are both the {split} split.",
                    remedy: "Keep one of them.");
        }

        List<RawSplit> splits = [];
        List<UnlabelledSplit> unlabelled = [];
        foreach (string split in DataFiles.Splits.Where(found.ContainsKey))
        {
            string folder = Within(tree, split, found[split]);
            int loose = tree.Files(folder).Count(FileTree.IsImage);
            if (split != "train" && loose > 0 && tree.Folders(folder).Length == 0)
                unlabelled.Add(new UnlabelledSplit(split, tree.Where(folder), loose));
            else
                splits.Add(ReadClasses(tree, split, folder, warnings));
        }

        warnings.AddRange(unlabelled.Select(u =>
            $"'{u.Where}' holds {u.Images} images without class folders: they have no labels and are not scored.{PredictHint(u.Where)}"));
        return splits.Count > 0
            ? new RawDataset(tree.Description, splits, Classes(splits[0]), warnings) { Unlabelled = unlabelled }
            : throw Unlabelled(unlabelled[0].Where, unlabelled[0].Images);
    }

    /// <summary>train/train/cat: a split's folder that holds only a folder of the same name, as some archives have.</summary>
    private static string Within(FileTree tree, string split, string folder)
    {
        for (int depth = 0; depth < MaxNesting && tree.Folders(folder) is [string only] && !tree.Files(folder).Any(FileTree.IsAnyImage)
            && (DataFiles.SplitOf(FileTree.NameOf(only)) == split || FileTree.NameOf(only) == FileTree.NameOf(folder)); depth++)
        {
            folder = only;
        }

        return folder;
    }

    private static RawDataset ReadWhole(FileTree tree, string root)
    {
        List<string> warnings = [];
        RawSplit whole = ReadClasses(tree, "", root, warnings);
        return new RawDataset(tree.Description, [whole], Classes(whole), warnings);
    }

    /// <summary>Every image in the folder and below it, without labels.</summary>
    private static RawDataset ReadAll(FileTree tree)
    {
        List<string> warnings = [];
        string[] files = [.. tree.AllFiles("", warnings).Where(f =>
            FileTree.IsAnyImage(f) && !f.Split('/')[..^1].Any(SystemFiles.HoldsThumbnails))];
        string where = tree.Where("");
        if (files.Length == 0)
            throw new InputException($"'{where}' holds no image.", remedy: "Give a folder with JPEG, PNG, WebP, GIF, BMP or TIFF files.");
        RawSplit all = Split("", where, [], [.. files.Select(_ => string.Empty)], tree, files);
        return new RawDataset(tree.Description, [all], null, warnings);
    }

    private static RawSplit Split(
        string split, string where, IReadOnlyList<string> declared, IReadOnlyList<string> classes, FileTree tree,
        IReadOnlyList<string> files) =>
        new(split, where, declared, classes, [.. files.Select(tree.Where)], i => tree.Read(files[i]))
        {
            Files = tree.OnDisk(files),
            Parts = tree.Part is { } part ? i => part(files[i]) : null,
        };

    /// <summary>torchvision's order, also for folders named by numbers.</summary>
    private static string[] Classes(RawSplit train) => [.. train.Declared.Order(StringComparer.Ordinal)];

    private static RawSplit ReadClasses(FileTree tree, string split, string root, List<string> warnings)
    {
        string where = tree.Where(root);
        int loose = tree.Files(root).Count(FileTree.IsImage);
        string[] folders = WithoutThumbnails(tree, tree.Folders(root), warnings);
        if (folders.Length == 0)
        {
            throw loose > 0 ? Unlabelled(where, loose) : new InputException(
                $"'{where}' is empty: it holds no class folders.{Unread(tree.Files(root))}",
                remedy: "Give each class a folder, named as the class, with its images.");
        }

        if (loose > 0)
            warnings.Add($"{loose} images lie in '{where}' outside any class folder and are ignored.");

        List<string> files = [], classes = [];
        int ignored = 0;
        string? example = null;
        foreach (string folder in folders)
        {
            // macOS writes accents as separate marks (NFD): the name is the same in either form.
            string name = UnicodeText.Composed(FileTree.NameOf(folder));
            string[] all = tree.AllFiles(folder, warnings), images = [.. all.Where(f => FileTree.IsImage(f) && !IsThumbnail(f, folder))];
            files.AddRange(images);
            classes.AddRange(Enumerable.Repeat(name, images.Length));
            string[] unread = [.. all.Where(FileTree.IsUnreadImage)];
            if (unread.Length > 0)
            {
                string what =
                    $"The class '{name}' of '{where}' loses {unread.Length} of its {unread.Length + images.Length} images:{Unread(unread)}";
                if (images.Length == 0)
                    throw new InputException(what, remedy: "Convert them to JPEG or PNG.");
                warnings.Add($"{what} Convert them to JPEG or PNG.");
            }

            foreach (string other in all.Where(f => !FileTree.IsAnyImage(f)))
            {
                ignored++;
                example ??= tree.Where(other);
            }
        }

        if (ignored > 0)
            warnings.Add($"{ignored} {(ignored == 1 ? "file" : "files")} in '{where}' without an image's extension are ignored, "
                + $"such as '{example}'.");
        return Split(
            split, where, [.. folders.Select(f => UnicodeText.Composed(FileTree.NameOf(f))).Distinct()], classes, tree, files);
    }

    /// <summary>Folders of thumbnails next to class folders are not classes.</summary>
    private static string[] WithoutThumbnails(FileTree tree, string[] folders, List<string> warnings)
    {
        string[] kept = [.. folders.Where(f => !SystemFiles.HoldsThumbnails(FileTree.NameOf(f)))];
        if (kept.Length < 2)
            return folders;
        warnings.AddRange(
            folders.Except(kept).Select(f => $"The folder '{tree.Where(f)}' holds thumbnails by its name and is not a class."));
        return kept;
    }

    private static bool IsThumbnail(string file, string folder) =>
        file[(folder.Length + 1)..].Split('/')[..^1].Any(SystemFiles.HoldsThumbnails);

    /// <summary>" 9 .heic and 1 .tga files cannot be read."; empty where all can be read.</summary>
    private static string Unread(IEnumerable<string> files)
    {
        string[] counts =
        [
            .. files.Where(FileTree.IsUnreadImage).GroupBy(f => Path.GetExtension(f).ToLowerInvariant()).OrderByDescending(g => g.Count())
                .ThenBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => $"{g.Count()} {g.Key}"),
        ];
        return counts.Length == 0 ? "" : $" {string.Join(" and ", counts)} files cannot be read.";
    }

    private static InputException Unlabelled(string where, int images) => new(
        $"'{where}' holds {images} images but no class folders.",
        remedy: $"Give each class a folder, named as the class, with its images.{PredictHint(where)}");

    /// <summary>A hint for images without labels, where the folder exists.</summary>
    private static string PredictHint(string where) =>
        Directory.Exists(where) ? $" 'remem predict \"{where}\" --model-dir DIR' classifies images without labels." : "";
}

namespace ReMem.Data.Sources;

/// <summary>A folder of the disk. Links to folders are followed, except in circles.</summary>
internal sealed class DiskTree(string root) : FileTree
{
    private const int MaxNesting = 64;

    public override string Description => $"image folder {DataFiles.Shown(root)}";

    public override string Where(string path) =>
        path.Length == 0 ? root : Path.Combine(root, path.Replace('/', Path.DirectorySeparatorChar));

    public override string[] Folders(string path) => Sorted(Visible(path).OfType<DirectoryInfo>().Select(d => Below(path, d.Name)));

    public override string[] Files(string path) => Sorted(Visible(path).OfType<FileInfo>().Select(f => Below(path, f.Name)));

    public override string[] AllFiles(string path, List<string> warnings)
    {
        List<string> files = [];
        Walk(path, [RealPath(new DirectoryInfo(Where(path)))!], files, warnings);
        return Sorted(files);
    }

    public override byte[] Read(string path) => Part(path).Read();

    public override Func<string, FilePart> Part => path => FilePart.Of(Where(path));

    public override IReadOnlyList<string> OnDisk(IReadOnlyList<string> paths) => [.. paths.Select(Where)];

    private void Walk(string path, List<string> above, List<string> files, List<string> warnings)
    {
        foreach (FileSystemInfo entry in Visible(path))
        {
            string below = Below(path, entry.Name);
            if (entry is not DirectoryInfo folder)
            {
                files.Add(below);
                continue;
            }

            string? real = RealPath(folder);
            if (real is null || above.Count > MaxNesting || above.Any(a => IsWithin(a, real)))
            {
                warnings.Add($"The folder '{Where(below)}' leads back to a folder above it and is not entered.");
                continue;
            }

            above.Add(real);
            Walk(below, above, files, warnings);
            above.RemoveAt(above.Count - 1);
        }
    }

    private static bool IsWithin(string path, string folder) =>
        path == folder || path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar,
            StringComparison.Ordinal);

    /// <summary>
    /// A name that is not valid Unicode cannot be opened, and has every attribute; it is listed, so that it is reported as unreadable.
    /// </summary>
    private IEnumerable<FileSystemInfo> Visible(string path) => new DirectoryInfo(Where(path)).EnumerateFileSystemInfos()
        .Where(e =>
            !SystemFiles.IsSystem(e.Name) && (!e.Attributes.HasFlag(FileAttributes.Hidden) || e.Attributes == (FileAttributes)(-1)));

    /// <summary>The real path of a folder; null for links in a circle.</summary>
    private static string? RealPath(DirectoryInfo folder)
    {
        try
        {
            return Path.TrimEndingDirectorySeparator((folder.ResolveLinkTarget(returnFinalTarget: true) ?? folder).FullName);
        }
        catch (IOException)
        {
            return null;
        }
    }
}

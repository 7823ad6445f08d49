namespace ReMem.Data.Sources;

/// <summary>Folders and files below a root: of a disk, or of an archive. Paths are relative, with slashes; "" is the root.</summary>
internal abstract class FileTree
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff",
    };

    private static readonly HashSet<string> Unread = new(StringComparer.OrdinalIgnoreCase)
    {
        ".heic", ".heif", ".hif", ".heics", ".heifs", ".avci", ".avif", ".avifs", ".jxl", ".jxr", ".jp2", ".j2k", ".j2c", ".jpc", ".jpx",
        ".jpf", ".jpm", ".jph", ".svg", ".svgz", ".ico", ".tga", ".psd", ".pbm", ".pgm", ".ppm", ".pnm", ".exr", ".hdr", ".dcm",
        ".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".srf", ".srw", ".orf", ".rw2", ".raf", ".pef", ".3fr", ".fff",
        ".iiq", ".x3f", ".pcx", ".dds",
    };

    /// <summary>The description for reports.</summary>
    public abstract string Description { get; }

    /// <summary>Whether a name has an image's extension.</summary>
    public static bool IsImage(string file) => Extensions.Contains(Path.GetExtension(file));

    /// <summary>Whether a name has the extension of an image format that is not decoded.</summary>
    public static bool IsUnreadImage(string file) => Unread.Contains(Path.GetExtension(file));

    /// <summary>Whether a name has an image's extension, decoded or not.</summary>
    public static bool IsAnyImage(string file) => IsImage(file) || IsUnreadImage(file);

    /// <summary>A path's last part.</summary>
    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>A path for messages.</summary>
    public abstract string Where(string path);

    /// <summary>Visible subfolders in ordinal order, the same on every machine.</summary>
    public abstract string[] Folders(string path);

    /// <summary>Visible files of the folder itself.</summary>
    public abstract string[] Files(string path);

    /// <summary>Visible files of the folder and of all folders below it, in ordinal order.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="warnings">Receives a line for each folder that is not entered.</param>
    public abstract string[] AllFiles(string path, List<string> warnings);

    /// <summary>Reads a file; safe for concurrent use.</summary>
    public abstract byte[] Read(string path);

    /// <summary>The part of a file on disk with the bytes; null where they are compressed.</summary>
    public virtual Func<string, FilePart>? Part => null;

    /// <summary>The files on disk that hold these paths.</summary>
    public abstract IReadOnlyList<string> OnDisk(IReadOnlyList<string> paths);

    /// <summary>A path below another one.</summary>
    protected static string Below(string path, string name) => path.Length == 0 ? name : $"{path}/{name}";

    /// <summary>Ordinal order.</summary>
    protected static string[] Sorted(IEnumerable<string> paths)
    {
        string[] sorted = paths.ToArray();
        Array.Sort(sorted, StringComparer.Ordinal);
        return sorted;
    }
}

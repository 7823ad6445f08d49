using System.Collections.Frozen;

namespace ReMem.Data.Sources;

/// <summary>Names that operating systems, network storage and tools leave among a user's files.</summary>
internal static class SystemFiles
{
    private static readonly FrozenSet<string> Names = new[]
    {
        // macOS, and the files in its archives.
        "__MACOSX", "Network Trash Folder", "Temporary Items", "TheVolumeSettingsFolder", "Icon\r",
        // Windows.
        "$RECYCLE.BIN", "RECYCLER", "RECYCLED", "System Volume Information", "Thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini",
        // Synology and QNAP.
        "@eaDir", "#recycle", "#snapshot", "@tmp", "@Recycle", "@Recently-Snapshot", "@sharebin",
        // Linux, Python.
        "lost+found", "__pycache__",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> ThumbnailFolders =
        new[] { "thumbnails", "_thumbnails", "__thumbnails", "_thumbs", "__thumbs" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a folder or file of this name belongs to a system, or is hidden by a leading dot.</summary>
    public static bool IsSystem(string name) =>
        name.StartsWith('.') || Names.Contains(name) || name.StartsWith("found.", StringComparison.OrdinalIgnoreCase) && name.Length == 9
        || name.StartsWith("SYNOPHOTO_THUMB_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("SYNOFILE_THUMB_",
            StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a folder of this name holds smaller copies of the images next to it.</summary>
    public static bool HoldsThumbnails(string folder) => ThumbnailFolders.Contains(folder);
}

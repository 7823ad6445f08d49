namespace ReMem.Data.Layouts;

/// <summary>The kind of a tar entry.</summary>
internal enum TarKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic or hard link.</summary>
    Link,

    /// <summary>A device, a pipe, a sparse file, or an unknown kind.</summary>
    Other,
}

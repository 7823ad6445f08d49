namespace ReMem.Data.Layouts;

/// <summary>What an entry of a tar is.</summary>
internal enum TarKind
{
    /// <summary>A file with bytes of its own.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic or hard link.</summary>
    Link,

    /// <summary>A device, a pipe, a sparse file, or something of a later day.</summary>
    Other,
}

namespace ReMem.Runtime.Downloads;

/// <summary>A hash of a file's content.</summary>
internal enum ContentHash
{
    /// <summary>SHA-256 of the bytes.</summary>
    Sha256,

    /// <summary>SHA-1 of "blob ", the length, a zero and the bytes, as git names contents. It detects damage, not forgery.</summary>
    GitBlob,
}

namespace ReMem.Weights.Files;

/// <summary>A file in a zip archive.</summary>
/// <param name="Name">As stored; only ever compared, never used as a path.</param>
/// <param name="Offset">First byte of its data in the archive.</param>
/// <param name="Length">Bytes when unpacked, as declared.</param>
/// <param name="Packed">Bytes in the archive.</param>
/// <param name="IsStored">Whether it is not compressed.</param>
internal sealed record ZipEntry(string Name, long Offset, long Length, long Packed, bool IsStored);

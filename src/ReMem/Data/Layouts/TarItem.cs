namespace ReMem.Data.Layouts;

/// <summary>An entry of a tar.</summary>
/// <param name="Name">Its name in the archive.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Offset">Offset of its first byte from the archive's start.</param>
/// <param name="Length">Number of bytes.</param>
internal sealed record TarItem(string Name, TarKind Kind, long Offset, long Length);

namespace ReMem.Data.Layouts;

/// <summary>An entry of a tar.</summary>
/// <param name="Name">As the archive has it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Offset">The first of its bytes, from the archive's start.</param>
/// <param name="Length">How many bytes.</param>
internal sealed record TarItem(string Name, TarKind Kind, long Offset, long Length);

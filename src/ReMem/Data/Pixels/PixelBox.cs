namespace ReMem.Data.Pixels;

/// <summary>A rectangle of pixels.</summary>
/// <param name="X">Left column.</param>
/// <param name="Y">Top row.</param>
/// <param name="Width">Columns, 1 or more.</param>
/// <param name="Height">Rows, 1 or more.</param>
internal readonly record struct PixelBox(int X, int Y, int Width, int Height);

namespace ReMem.Data.Pixels;

/// <summary>An image in memory: interleaved 8-bit RGB rows, top first.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Pixels">Width x Height x 3 bytes.</param>
internal sealed record RgbImage(int Width, int Height, byte[] Pixels);

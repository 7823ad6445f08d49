using static TorchSharp.torch;

namespace ReMem.Reports;

/// <summary>A column of pictures, one per image.</summary>
/// <param name="Head">The heading.</param>
/// <param name="Caption">A line below it.</param>
/// <param name="Images">uint8 [n, 3, S, S].</param>
internal sealed record PictureColumn(string Head, string Caption, Tensor Images);

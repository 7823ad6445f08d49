using static TorchSharp.torch;

namespace ReMem.Reports;

/// <summary>A column of pictures, one an image.</summary>
/// <param name="Head">What drew them.</param>
/// <param name="Caption">A line below it.</param>
/// <param name="Images">uint8 [n, 3, S, S].</param>
internal sealed record PictureColumn(string Head, string Caption, Tensor Images);

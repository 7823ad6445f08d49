using ReMem.Data.Pixels;

namespace ReMem.Inference;

/// <summary>An image that is decoded and, where the file does not do so itself, resized and cropped.</summary>
/// <param name="View">What becomes the file's input.</param>
internal sealed record PreparedImage(RgbImage View);

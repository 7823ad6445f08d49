namespace ReMem.Data.Pack;

/// <summary>How packed images are encoded.</summary>
internal enum PackFormat
{
    /// <summary>JPEG with full chroma: small, and close to the pixels.</summary>
    Jpeg,

    /// <summary>PNG: the exact pixels.</summary>
    Png,

    /// <summary>Lossless WebP: the exact pixels in two thirds of PNG's bytes, at several times its packing time.</summary>
    WebP,
}

using System.ComponentModel.DataAnnotations;
using ReMem.Data.Decoding;

namespace ReMem.Data.Pack;

/// <summary>How a data set is packed.</summary>
internal sealed record PackOptions
{
    /// <summary>Side in pixels of the views that models will be trained on, 8 to 2048. Default 224.</summary>
    [Range(8, 2048)]
    public int ImageSize { get; init; } = 224;

    /// <summary>
    /// The shorter side is packed at this multiple of <see cref="ImageSize"/>, 1 to 16. Default 1.15, which is what evaluation resizes to
    /// at a crop_pct of 0.875. A random crop of a smaller part is enlarged: 2 leaves crops down to a quarter of the area sharp, at three
    /// times the bytes.
    /// </summary>
    [Range(1.0, 16)]
    public double Margin { get; init; } = 1.15;

    /// <summary>How resized images are encoded. Those that are small enough stay as they are, byte for byte. Default JPEG.</summary>
    public PackFormat Format { get; init; } = PackFormat.Jpeg;

    /// <summary>JPEG's quality, 1 to 100. Default 92.</summary>
    [Range(1, 100)]
    public int Quality { get; init; } = 92;

    /// <summary>About how many bytes a file may have, 64 KiB or more. Default 256 MiB.</summary>
    [Range(1 << 16, long.MaxValue)]
    public long ShardBytes { get; init; } = 256 << 20;

    /// <summary>Threads that decode and encode, 1 to 256. They do not change the result. Default 2.</summary>
    [Range(1, 256)]
    public int Threads { get; init; } = 2;

    /// <summary>What to do with an image that cannot be decoded. Default fail.</summary>
    public BadImagePolicy OnBadImage { get; init; }

    /// <summary>The shorter side of what is packed, in pixels.</summary>
    public int ShorterSide => (int)Math.Ceiling((ImageSize * Margin) - 1e-9);
}

using System.Collections.Concurrent;

namespace ReMem.Data;

/// <summary>
/// Decoded images, kept after their first use while they fit a budget. It never evicts: a shuffled epoch uses every image once, so that
/// any eviction rule would only trade one miss for another. Safe for concurrent use; one cache can serve every loader of a run.
/// </summary>
/// <param name="budget">Bytes of pixels, 0 or more; 0 keeps nothing. Default 1 GiB.</param>
public sealed class DecodedImageCache(long budget = 1L << 30)
{
    private readonly ConcurrentDictionary<(IImageSource Source, int Index, double Side), Kept> _images = new();
    private readonly MemoryBudget _budget = new(budget);

    /// <summary>Bytes of pixels that are kept.</summary>
    public long UsedBytes => _budget.Used;

    /// <summary>The decoded image of a sample.</summary>
    /// <param name="source">The split.</param>
    /// <param name="index">The sample.</param>
    /// <param name="enoughSide">
    /// Shorter side in pixels that is enough: a JPEG that is much larger comes out reduced by <see cref="ImageDecoder"/>, a function of the
    /// image and of this alone. 0 is the full size.
    /// </param>
    /// <exception cref="InputException">It cannot be read or decoded.</exception>
    public RgbImage Get(IImageSource source, int index, double enoughSide = 0)
    {
        (source, index) = Owner(source, index);
        if (_images.TryGetValue((source, index, enoughSide), out Kept kept))
            return kept.Image;
        if (enoughSide > 0 && _images.TryGetValue((source, index, 0), out kept) && !kept.IsReduced(enoughSide))
            return kept.Image;
        byte[] encoded = source.Read(index);
        RgbImage image = ImageDecoder.Decode(encoded, source.Name(index), ImageDecoder.DefaultMaxPixels, enoughSide, out bool isReduced);
        Keep(source, index, image, ImageDecoder.FormatOf(encoded), isReduced ? enoughSide : 0);
        return image;
    }

    /// <summary>Keeps an image that was decoded elsewhere, where it fits.</summary>
    internal void Keep(IImageSource source, int index, RgbImage image, string? format, double enoughSide = 0)
    {
        (source, index) = Owner(source, index);
        long bytes = image.Pixels.LongLength;
        if (_budget.TryTake(bytes) && !_images.TryAdd((source, index, enoughSide), new Kept(image, format == "JPEG")))
            _budget.Return(bytes);
    }

    /// <summary>A subset's samples are the whole's, so that both share what is kept.</summary>
    private static (IImageSource Source, int Index) Owner(IImageSource source, int index)
    {
        while (source is Subset subset)
            (source, index) = (subset.Whole, subset.WholeIndex(index));
        return (source, index);
    }

    private readonly record struct Kept(RgbImage Image, bool IsJpeg)
    {
        public bool IsReduced(double enoughSide) => IsJpeg && ImageDecoder.Reduction(Image.Width, Image.Height, enoughSide) < 1;
    }
}

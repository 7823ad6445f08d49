using System.Buffers;
using System.Collections.Concurrent;

namespace ReMem.Data;

/// <summary>
/// Decoded images, kept after their first use while they fit a budget. It never evicts: a shuffled epoch uses every image once, so that
/// any eviction rule would only trade one miss for another. Safe for concurrent use; one cache can serve every loader of a run.
/// </summary>
/// <param name="budget">Bytes of pixels, 0 or more; 0 keeps nothing. Default 1 GiB.</param>
public sealed class DecodedImageCache(long budget = DecodedImageCache.DefaultBytes)
{
    /// <summary>1 GiB.</summary>
    public const long DefaultBytes = 1L << 30;

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
        using Lease lease = Lend(source, index, enoughSide);
        RgbImage image = lease.Image;
        return lease.IsKept ? image : image with { Pixels = image.Pixels.AsSpan(0, image.Width * image.Height * 3).ToArray() };
    }

    /// <summary>The same for the time until it is given back: the pixels of an image that is not kept are used again for the next.</summary>
    internal Lease Lend(IImageSource source, int index, double enoughSide)
    {
        (source, index) = Owner(source, index);
        if (_images.TryGetValue((source, index, enoughSide), out Kept kept))
            return new Lease(kept.Image, true);
        if (enoughSide > 0 && _images.TryGetValue((source, index, 0), out kept) && !kept.IsReduced(enoughSide))
            return new Lease(kept.Image, true);
        byte[] encoded = source.Read(index);
        bool keep = false;
        byte[] Pixels(int bytes) => (keep = _budget.TryTake(bytes)) ? new byte[bytes] : ArrayPool<byte>.Shared.Rent(bytes);
        RgbImage image = ImageDecoder.Decode(encoded, source.Name(index), ImageDecoder.DefaultMaxPixels, enoughSide, Pixels, out bool isReduced);
        if (keep && !_images.TryAdd((source, index, isReduced ? enoughSide : 0), new Kept(image, ImageDecoder.FormatOf(encoded) == "JPEG")))
            _budget.Return(image.Pixels.LongLength);
        return new Lease(image, keep);
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

    /// <summary>An image for a while.</summary>
    /// <param name="Image">Its pixels may be followed by others where it is not kept.</param>
    /// <param name="IsKept">Whether it stays.</param>
    internal readonly record struct Lease(RgbImage Image, bool IsKept) : IDisposable
    {
        public void Dispose()
        {
            if (!IsKept)
                ArrayPool<byte>.Shared.Return(Image.Pixels);
        }
    }

    private readonly record struct Kept(RgbImage Image, bool IsJpeg)
    {
        public bool IsReduced(double enoughSide) => IsJpeg && ImageDecoder.Reduction(Image.Width, Image.Height, enoughSide) < 1;
    }
}

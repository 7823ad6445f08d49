using System.Collections.Concurrent;

namespace ReMem.Data;

/// <summary>
/// Decoded images, kept after their first use while they fit a budget. It never evicts: a shuffled epoch uses every image once, so that
/// any eviction rule would only trade one miss for another. Safe for concurrent use; one cache can serve every loader of a run.
/// </summary>
/// <param name="budget">Bytes of pixels, 0 or more; 0 keeps nothing. Default 1 GiB.</param>
public sealed class DecodedImageCache(long budget = 1L << 30)
{
    private readonly ConcurrentDictionary<(IImageSource Source, int Index), RgbImage> _images = new();
    private long _used;

    /// <summary>Bytes of pixels that are kept.</summary>
    public long UsedBytes => Interlocked.Read(ref _used);

    /// <summary>The decoded image of a sample.</summary>
    /// <exception cref="InputException">It cannot be read or decoded.</exception>
    public RgbImage Get(IImageSource source, int index)
    {
        (source, index) = Owner(source, index);
        if (_images.TryGetValue((source, index), out RgbImage? kept))
            return kept;
        RgbImage image = ImageDecoder.Decode(source.Read(index), source.Name(index));
        Keep(source, index, image);
        return image;
    }

    /// <summary>Keeps an image that was decoded elsewhere, where it fits.</summary>
    internal void Keep(IImageSource source, int index, RgbImage image)
    {
        (source, index) = Owner(source, index);
        long bytes = image.Pixels.LongLength;
        if (Interlocked.Add(ref _used, bytes) > budget || !_images.TryAdd((source, index), image))
            Interlocked.Add(ref _used, -bytes);
    }

    /// <summary>A subset's samples are the whole's, so that both share what is kept.</summary>
    private static (IImageSource Source, int Index) Owner(IImageSource source, int index)
    {
        while (source is Subset subset)
            (source, index) = (subset.Whole, subset.WholeIndex(index));
        return (source, index);
    }
}

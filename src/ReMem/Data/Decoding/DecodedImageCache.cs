using System.Buffers;
using System.Collections.Concurrent;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;

namespace ReMem.Data.Decoding;

/// <summary>
/// Decoded images, kept after their first use while they fit a budget. It never evicts: a shuffled epoch uses every image once, so that
/// evicting would only trade one miss for another. Safe for concurrent use; one cache can serve every loader of a run.
/// </summary>
/// <param name="budget">Bytes of pixels, 0 or more; 0 keeps nothing. Default 1 GiB.</param>
internal sealed class DecodedImageCache(long budget = DecodedImageCache.DefaultBytes)
{
    /// <summary>1 GiB.</summary>
    public const long DefaultBytes = 1L << 30;

    private readonly ConcurrentDictionary<(IImageSource Source, int Index, int Divisor), RgbImage> _images = new();
    private readonly ConcurrentDictionary<(IImageSource Source, int Index), (int Width, int Height, bool IsJpeg)> _sizes = new();
    private readonly MemoryBudget _budget = new(budget);

    /// <summary>Bytes of pixels that are kept.</summary>
    public long UsedBytes => _budget.Used;

    /// <summary>The decoded image of a sample.</summary>
    /// <param name="source">The split.</param>
    /// <param name="index">The sample.</param>
    /// <param name="enoughSide">
    /// Shorter side in pixels that is enough: a much larger JPEG is decoded reduced by <see cref="ImageDecoder"/>, a function of the
    /// image and of this alone. 0 is the full size.
    /// </param>
    /// <exception cref="InputException">It cannot be read or decoded.</exception>
    public RgbImage Get(IImageSource source, int index, double enoughSide = 0)
    {
        using Lease lease = Lend(source, index, new DecodedSize(enoughSide));
        RgbImage image = lease.Image;
        return lease.IsKept ? image : image with { Pixels = image.Pixels.AsSpan(0, image.Width * image.Height * 3).ToArray() };
    }

    /// <summary>
    /// Lends the decoded image of a sample until it is returned: the pixels of an image that is not cached are reused for the next one.
    /// Views of several sizes cache an image in several sizes: the result never depends on what was cached before.
    /// </summary>
    internal Lease Lend(IImageSource source, int index, DecodedSize size)
    {
        (source, index) = Owner(source, index);
        return _sizes.TryGetValue((source, index), out (int Width, int Height, bool IsJpeg) of)
            && _images.TryGetValue((source, index, size.Divisor(of.Width, of.Height, of.IsJpeg)), out RgbImage? kept)
                ? new Lease(kept, true)
                : Decode(source, index, size);
    }

    /// <summary>Caches an image that was decoded elsewhere in full size, where it fits.</summary>
    internal void Keep(IImageSource source, int index, RgbImage image, bool isJpeg)
    {
        (source, index) = Owner(source, index);
        if (_budget.TryTake(image.Pixels.LongLength))
            Add(source, index, new ImageDecoder.Decoded(image, image.Width, image.Height, isJpeg, 1));
    }

    private Lease Decode(IImageSource source, int index, DecodedSize size)
    {
        using EncodedBytes encoded = source is EncodedSource files ? files.Lend(index) : Whole(source.Read(index));
        bool keep = false;
        byte[] Pixels(int bytes) => (keep = _budget.TryTake(bytes)) ? new byte[bytes] : ArrayPool<byte>.Shared.Rent(bytes);
        ImageDecoder.Decoded decoded = ImageDecoder.Decode(
            encoded.Array, encoded.Length, source.Name(index), ImageDecoder.DefaultMaxPixels, size, Pixels);
        if (keep)
            Add(source, index, decoded);
        return new Lease(decoded.Image, keep);
    }

    private static EncodedBytes Whole(byte[] bytes) => new(bytes, bytes.Length, false);

    /// <summary>Adds an image whose bytes are already taken from the budget.</summary>
    private void Add(IImageSource source, int index, ImageDecoder.Decoded decoded)
    {
        if (!_images.TryAdd((source, index, decoded.Divisor), decoded.Image))
            _budget.Return(decoded.Image.Pixels.LongLength);
        _sizes[(source, index)] = (decoded.Width, decoded.Height, decoded.IsJpeg);
    }

    /// <summary>The samples of subsets and joined sources are those of the sources below them, so that all share cached images.</summary>
    private static (IImageSource Source, int Index) Owner(IImageSource source, int index) => source switch
    {
        Subset subset => Owner(subset.Whole, subset.WholeIndex(index)),
        JoinedSource joined when joined.Owner(index) is var part => Owner(part.Source, part.Index),
        _ => (source, index),
    };

    /// <summary>A lent image.</summary>
    /// <param name="Image">Its pixels; the array may be longer where it is not cached.</param>
    /// <param name="IsKept">Whether it stays in the cache.</param>
    internal readonly record struct Lease(RgbImage Image, bool IsKept) : IDisposable
    {
        public void Dispose()
        {
            if (!IsKept)
                ArrayPool<byte>.Shared.Return(Image.Pixels);
        }
    }
}

using System.Diagnostics;
using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Data;

/// <summary>
/// Makes the batches of a split, ahead of the consumer, on threads of its own. Which samples a batch holds and how they look is a function of
/// (seed, epoch, index) alone: neither the number of threads nor the batch that an epoch is entered at changes a pixel.
/// </summary>
public sealed class BatchLoader
{
    private readonly IImageSource _source;
    private readonly ViewOptions _view;
    private readonly LoaderOptions _options;
    private readonly DecodedImageCache _cache;
    private readonly ViewCache _views;

    [ThreadStatic]
    private static byte[]? _pixels;
    private readonly Lazy<(int[] Usable, IReadOnlyList<BadImage> Bad)> _scan;

    /// <summary>Creates a loader; nothing is read yet.</summary>
    /// <param name="source">The split.</param>
    /// <param name="view">How an image becomes a model input.</param>
    /// <param name="options">How batches are made.</param>
    /// <param name="cache">Decoded images to share with other loaders; null makes one of CacheBytes.</param>
    /// <exception cref="InputException">An option is out of its range.</exception>
    public BatchLoader(IImageSource source, ViewOptions view, LoaderOptions options, DecodedImageCache? cache = null)
    {
        DataOptions.Validate(options, "loader");
        _source = source;
        _view = view.Validated();
        _options = options;
        _cache = cache ?? new DecodedImageCache(options.CacheBytes);
        _views = new ViewCache(options.ViewCacheBytes);
        _scan = new(Scan);
    }

    /// <summary>How the loader makes views.</summary>
    public ViewOptions View => _view;

    /// <summary>Samples an epoch goes through.</summary>
    public int Count => _scan.Value.Usable.Length;

    /// <summary>Batches of a whole epoch.</summary>
    public int BatchesPerEpoch => _options.DropLast ? Count / _options.BatchSize : (Count + _options.BatchSize - 1) / _options.BatchSize;

    /// <summary>Images that are left out; always empty unless the policy is to skip. The first use decodes every image once.</summary>
    public IReadOnlyList<BadImage> BadImages => _scan.Value.Bad;

    /// <summary>The batches of an epoch. The consumer disposes each batch; stopping early ends the threads.</summary>
    /// <param name="epoch">From 0; decides the order and the views.</param>
    /// <param name="firstBatch">The batch to enter at, as a resumed run does.</param>
    /// <param name="viewEpoch">The epoch whose views are shown; null is the epoch itself. Cached teacher outputs repeat the views of few epochs.</param>
    /// <exception cref="InputException">An image cannot be decoded, and the policy is to fail.</exception>
    public IEnumerable<Batch> Epoch(int epoch, int firstBatch = 0, int? viewEpoch = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(firstBatch);
        Libtorch.Load();
        return Batches(Order(epoch), epoch, viewEpoch ?? epoch, firstBatch);
    }

    /// <summary>How long consumers have waited for batches so far.</summary>
    public TimeSpan Waited { get; private set; }

    private IEnumerable<Batch> Batches(int[] order, int epoch, int viewEpoch, int firstBatch)
    {
        using var pump = new BatchPump(n => Make(order, epoch, viewEpoch, n), firstBatch, BatchesPerEpoch, _options.Threads, _options.Prefetch);
        for (int batch = firstBatch; batch < BatchesPerEpoch; batch++)
        {
            long before = Stopwatch.GetTimestamp();
            Batch made = pump.Take(batch);
            Waited += Stopwatch.GetElapsedTime(before);
            yield return made;
        }
    }

    private int[] Order(int epoch)
    {
        int[] usable = _scan.Value.Usable;
        if (!_options.Shuffle)
            return usable;
        return new CounterRandom(_options.Seed, "order", epoch).Permutation(usable.Length).Select(i => usable[i]).ToArray();
    }

    private Batch Make(int[] order, int epoch, int viewEpoch, int number)
    {
        int[] indices = order.AsSpan().Slice(
            number * _options.BatchSize, Math.Min(_options.BatchSize, order.Length - (number * _options.BatchSize))).ToArray();
        int[] sizes = _view.SecondSize is { } second ? [_view.Size, second] : [_view.Size];
        Tensor[] images = [.. sizes.Select(size => empty([indices.Length, 3, size, size], ScalarType.Byte))];
        try
        {
            for (int i = 0; i < indices.Length; i++)
            {
                int index = indices[i];
                for (int s = 0; s < sizes.Length; s++)
                {
                    int side = sizes[s], plane = side * side;
                    _views.Get(viewEpoch, index, side, images[s].bytes.Slice(i * 3 * plane, 3 * plane), planes =>
                    {
                        if (_pixels?.Length != 3 * plane)
                            _pixels = new byte[3 * plane];
                        using DecodedImageCache.Lease decoded = _cache.Lend(_source, index, _view.EnoughSide);
                        Split(Data.View.Apply(decoded.Image, _view, Data.View.Random(_options.Seed, viewEpoch, index), side, _pixels).Pixels, planes, plane);
                    });
                }
            }

            return new Batch(images[0], tensor(indices.Select(i => (long)_source.Label(i)).ToArray()), indices)
            {
                SecondImages = images.ElementAtOrDefault(1),
                Mix = Mixed(images, indices.Length, epoch, number),
            };
        }
        catch
        {
            foreach (Tensor made in images)
                made.Dispose();
            throw;
        }
    }

    /// <summary>Mixes a batch by draws of its own. They are the epoch's, not its views': recycled views are mixed anew.</summary>
    private BatchMix? Mixed(Tensor[] images, int count, int epoch, int number)
    {
        if (!_view.Train || (_options.MixupAlpha == 0 && _options.CutmixAlpha == 0))
            return null;
        return BatchMix.Apply(
            images, count, _options.MixupAlpha, _options.CutmixAlpha, new CounterRandom(_options.Seed, "mix", epoch, number));
    }

    /// <summary>Interleaved pixels to one plane a channel.</summary>
    private static void Split(ReadOnlySpan<byte> pixels, Span<byte> planes, int plane)
    {
        Span<byte> red = planes[..plane], green = planes.Slice(plane, plane), blue = planes.Slice(2 * plane, plane);
        for (int i = 0, p = 0; i < red.Length; i++, p += 3)
        {
            red[i] = pixels[p];
            green[i] = pixels[p + 1];
            blue[i] = pixels[p + 2];
        }
    }

    private (int[] Usable, IReadOnlyList<BadImage> Bad) Scan()
    {
        if (_options.OnBadImage == BadImagePolicy.Fail)
            return (Enumerable.Range(0, _source.Count).ToArray(), []);
        ImageScan scan = ImageScan.Run("", _source, _cache, _options.Threads);
        return (scan.Usable(), scan.Bad(_source));
    }
}

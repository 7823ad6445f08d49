using System.Diagnostics;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Data;

/// <summary>
/// Makes the batches of a split, ahead of the consumer, on its own threads. The samples of a batch and their views are a function of
/// (seed, epoch, index) alone: neither the number of threads nor the batch at which an epoch is resumed changes a pixel.
/// </summary>
public sealed class BatchLoader
{
    /// <summary>Images per batch of <see cref="Slots"/> where they are not mixed: a constant, so that the caller does not matter.</summary>
    private const int SlotBatch = 64;

    /// <summary>Makes the number of a view that of the other view of a pair; no epoch draws an image so often.</summary>
    private const long OtherView = 1L << 62;

    private readonly IImageSource _source;
    private readonly ViewOptions _view;
    private readonly LoaderOptions _options;
    private readonly DecodedImageCache _cache;
    private readonly ViewCache _views;

    private readonly Lazy<(int[] Usable, IReadOnlyList<BadImage> Bad)> _scan;

    /// <summary>Creates a loader; nothing is read yet.</summary>
    /// <param name="source">The split.</param>
    /// <param name="view">How images become model inputs.</param>
    /// <param name="options">How batches are made.</param>
    /// <exception cref="InputException">An option is out of its range.</exception>
    public BatchLoader(IImageSource source, ViewOptions view, LoaderOptions options)
        : this(source, view, options, null)
    {
    }

    /// <summary>Creates a loader that may share decoded images; nothing is read yet.</summary>
    /// <param name="source">The split.</param>
    /// <param name="view">How images become model inputs.</param>
    /// <param name="options">How batches are made.</param>
    /// <param name="cache">Decoded images to share with other loaders; null makes one of CacheBytes.</param>
    /// <exception cref="InputException">An option is out of its range.</exception>
    internal BatchLoader(IImageSource source, ViewOptions view, LoaderOptions options, DecodedImageCache? cache)
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

    /// <summary>How the loader makes batches.</summary>
    public LoaderOptions Options => _options;

    /// <summary>The split.</summary>
    public IImageSource Source => _source;

    /// <summary>Whether the images of a batch are mixed with each other.</summary>
    internal bool IsMixed => _view.Train && (_options.MixupAlpha > 0 || _options.CutmixAlpha > 0);

    /// <summary>Number of views of one view epoch; see <see cref="Batch.Slots"/>.</summary>
    public int SlotsPerEpoch => IsMixed ? Math.Min(Count, BatchesPerEpoch * _options.BatchSize) : _source.Count;

    /// <summary>Samples per epoch.</summary>
    public int Count => _options is { Shuffle: true, EpochSize: > 0 } ? _options.EpochSize : _scan.Value.Usable.Length;

    /// <summary>Batches per epoch.</summary>
    public int BatchesPerEpoch => _options.DropLast ? Count / _options.BatchSize : (Count + _options.BatchSize - 1) / _options.BatchSize;

    /// <summary>Images that are left out; always empty unless the policy is to skip. The first use decodes every image once.</summary>
    public IReadOnlyList<BadImage> BadImages => _scan.Value.Bad;

    /// <summary>The batches of an epoch. The consumer disposes each batch; stopping early ends the threads.</summary>
    /// <param name="epoch">From 0; decides the order and the views.</param>
    /// <param name="firstBatch">The batch to start at, for a resumed run.</param>
    /// <param name="viewEpoch">
    /// The epoch whose views are shown; null is the epoch itself. Cached teacher outputs repeat the views of few epochs. Mixed images are
    /// repeated in the batches that they were mixed in, which are then shuffled as a whole. Where classes are sampled unequally, an image
    /// that is drawn again within the epoch has another view if this is null or images are mixed, else the same view.
    /// </param>
    /// <param name="size">Side in pixels of this epoch's views, where they are the same views but smaller;
    /// null is the options' size.</param>
    /// <param name="keepFull">
    /// Whether such batches have the views at the options' size as well: <see cref="Batch.SmallImages"/> next to
    /// <see cref="Batch.Images"/>.
    /// </param>
    /// <exception cref="InputException">An image cannot be decoded, and the policy is to fail.</exception>
    public IEnumerable<Batch> Epoch(int epoch, int firstBatch = 0, int? viewEpoch = null, int? size = null, bool keepFull = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(firstBatch);
        Libtorch.Load();
        int view = viewEpoch ?? epoch;
        int[] order = Order(IsMixed ? view : epoch);
        int[] numbers = Numbers(epoch, view);
        int[]? repeats = IsMixed || viewEpoch is null ? Repeats(order) : null;
        var plan = new Plan(order, repeats, view, _options.BatchSize, size == _view.Size ? null : size, keepFull);
        return Batches(n => Make(plan, numbers[n] * _options.BatchSize), firstBatch, BatchesPerEpoch);
    }

    /// <summary>
    /// The views of a view epoch by their slots, for one pass of a teacher: in the source's order, or batch by batch where images are
    /// mixed. An image that cannot be decoded is an error, whatever the policy.
    /// </summary>
    /// <param name="viewEpoch">From 0.</param>
    /// <param name="first">The first slot; where images are mixed, the first of a batch.</param>
    /// <param name="count">Number of slots; where images are mixed, those of whole batches.</param>
    /// <exception cref="InputException">An image cannot be decoded.</exception>
    public IEnumerable<Batch> Slots(int viewEpoch, int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(viewEpoch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, SlotsPerEpoch, nameof(count));
        Libtorch.Load();
        int size = IsMixed ? _options.BatchSize : SlotBatch;
        int[] order = IsMixed ? Order(viewEpoch) : Enumerable.Range(0, first + count).ToArray();
        var plan = new Plan(order, IsMixed ? Repeats(order) : null, viewEpoch, size, Small: null, KeepFull: false);
        return Batches(n => Make(plan, first + (n * size)), 0, (count + size - 1) / size);
    }

    /// <summary>Total time that consumers have waited for batches.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Number of usable samples of each class; samples without a label are of none.</summary>
    /// <param name="classes">Number of classes.</param>
    public int[] ClassCounts(int classes)
    {
        int[] counts = new int[classes];
        foreach (int label in _scan.Value.Usable.Select(_source.Label).Where(label => label != UnlabelledImages.NoLabel))
            counts[label]++;
        return counts;
    }

    /// <summary>Whether the order of an epoch depends on which samples have which label, or none.</summary>
    internal bool IsResampled => _options.Shuffle
        && (_options.Sampling != ClassSampling.Uniform || _options.EpochSize > 0 || HasUnlabelled);

    /// <summary>Whether some samples have no label.</summary>
    internal bool HasUnlabelled => _source is JoinedSource joined
        && joined.Parts.Any(part => part.Count > 0 && part.Label(0) == UnlabelledImages.NoLabel);

    private IEnumerable<Batch> Batches(Func<int, Batch> make, int firstBatch, int end)
    {
        using var pump = new BatchPump(make, firstBatch, end, _options.Threads, _options.Prefetch);
        for (int batch = firstBatch; batch < end; batch++)
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
        var random = new CounterRandom(_options.Seed, "order", epoch);
        int[] places = IsResampled
            ? SampledOrder.Draw([.. usable.Select(_source.Label)], _options.Sampling, _options.UnlabelledRatio, Count, random)
            : random.Permutation(usable.Length);
        return [.. places.Select(i => usable[i])];
    }

    private int[]? Repeats(int[] order) => IsResampled ? SampledOrder.Repeats(order) : null;

    /// <summary>Which batch of the view epoch each batch of the epoch is. Only mixed batches are repeated as they were.</summary>
    private int[] Numbers(int epoch, int viewEpoch) => IsMixed && _options.Shuffle && epoch != viewEpoch
        ? new CounterRandom(_options.Seed, "batches", epoch).Permutation(BatchesPerEpoch)
        : [.. Enumerable.Range(0, BatchesPerEpoch)];

    private Batch Make(Plan plan, int first)
    {
        int[] indices = plan.Order.AsSpan().Slice(first, Math.Min(plan.BatchSize, plan.Order.Length - first)).ToArray();
        int own = plan.Small is { } small && !plan.KeepFull ? small : _view.Size;
        int[] sizes = [own, .. _view.SecondSize is { } second ? [second] : Array.Empty<int>(),
            .. plan.Small is { } both && plan.KeepFull ? [both] : Array.Empty<int>()];
        Tensor Pixels(int size) => empty([indices.Length, 3, size, size], ScalarType.Byte);
        Tensor[] images = [.. sizes.Select(Pixels)];
        Tensor? paired = _options.Paired ? Pixels(own) : null;
        try
        {
            for (int i = 0; i < indices.Length; i++)
            {
                // Each draw of an image within an epoch has its own stream of random numbers.
                long view = indices[i] + ((long)(plan.Repeats?[first + i] ?? 0) << 32);
                Make(plan.ViewEpoch, indices[i], view, i, sizes, images);
                if (paired is not null)
                    Make(plan.ViewEpoch, indices[i], view + OtherView, i, [own], [paired]);
            }

            return new Batch(images[0], tensor(indices.Select(i => (long)_source.Label(i)).ToArray()), indices)
            {
                SecondImages = _view.SecondSize is null ? null : images[1],
                SmallImages = plan is { Small: not null, KeepFull: true } ? images[^1] : null,
                PairedImages = paired,
                First = first,
                Mix = IsMixed
                    ? Mixed(paired is null ? images : [.. images, paired], indices.Length, plan.ViewEpoch, first / plan.BatchSize)
                    : null,
            };
        }
        catch
        {
            foreach (Tensor made in images)
                made.Dispose();
            paired?.Dispose();
            throw;
        }
    }

    /// <summary>Writes a view in every size to its place in a batch.</summary>
    private void Make(int viewEpoch, int index, long view, int place, int[] sizes, Tensor[] images)
    {
        CounterRandom random = ViewTransform.Random(_options.Seed, viewEpoch, view);
        var decoded = default(DecodedImageCache.Lease);
        for (int s = 0; s < sizes.Length; s++)
        {
            int side = sizes[s], bytes = 3 * side * side;
            Span<byte> planes = images[s].bytes.Slice(place * bytes, bytes);
            if (_views.TryGet(viewEpoch, view, side, planes))
                continue;
            if (decoded.Image is null)
                decoded = _cache.Lend(_source, index, new DecodedSize(0, _view, random));
            var scratch = ViewScratch.Take();
            PixelOps.Planes(ViewTransform.Apply(decoded.Image, _view, random, side, scratch.View(bytes)).Pixels, planes);
            scratch.GiveBack();
            _views.Keep(viewEpoch, view, side, planes);
        }

        if (decoded.Image is not null)
            decoded.Dispose();
    }

    private BatchMix Mixed(Tensor[] images, int count, int viewEpoch, int number) => BatchMix.Apply(
        images, count, _options.MixupAlpha, _options.CutmixAlpha, new CounterRandom(_options.Seed, "mix", viewEpoch, number));

    private (int[] Usable, IReadOnlyList<BadImage> Bad) Scan()
    {
        if (_options.OnBadImage == BadImagePolicy.Fail)
            return (Enumerable.Range(0, _source.Count).ToArray(), []);
        ImageScan scan = ImageScan.Run("", _source, _cache, _options.Threads);
        return (scan.Usable(), scan.Bad(_source));
    }

    /// <summary>The plan of an epoch's batches.</summary>
    /// <param name="Order">The samples.</param>
    /// <param name="Repeats">How often each of them occurred before; null where that does not change its view.</param>
    /// <param name="ViewEpoch">The epoch of their views.</param>
    /// <param name="BatchSize">Samples per batch.</param>
    /// <param name="Small">A side below the options' own; null where there is none.</param>
    /// <param name="KeepFull">Whether the full views are made as well as the small ones.</param>
    private sealed record Plan(int[] Order, int[]? Repeats, int ViewEpoch, int BatchSize, int? Small, bool KeepFull);
}

using System.Collections.Concurrent;
using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Data;

/// <summary>How batches are made.</summary>
public sealed record LoaderOptions
{
    /// <summary>Images a batch. Default 64.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Decides order and views. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Threads that decode. Default 2.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>Batches made ahead of the consumer at the most. Default 3.</summary>
    public int Prefetch { get; init; } = 3;

    /// <summary>A new order every epoch; else the source's. Default false.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Leaves out a last batch that is not full. Default false.</summary>
    public bool DropLast { get; init; }
}

/// <summary>Decoded images of one source, kept while they fit a budget. Loaders over the same source share one.</summary>
/// <param name="budget">Bytes.</param>
public sealed class DecodedImageCache(long budget = 1L << 30)
{
    private readonly ConcurrentDictionary<int, RgbImage> _images = new();
    private long _bytes;

    /// <summary>The decoded image, from memory where it is kept.</summary>
    /// <exception cref="InputException">The image cannot be read or decoded.</exception>
    public RgbImage Get(IImageSource source, int index)
    {
        if (_images.TryGetValue(index, out RgbImage? kept))
            return kept;
        RgbImage image = ImageDecoder.Decode(source.Read(index), source.Name(index));
        if (Interlocked.Read(ref _bytes) + image.Pixels.Length <= budget && _images.TryAdd(index, image))
            Interlocked.Add(ref _bytes, image.Pixels.Length);
        return image;
    }
}

/// <summary>
/// Makes batches of views ahead of their use. What a batch holds depends only on (seed, epoch, index), never on threads or on where an epoch
/// was started.
/// </summary>
public sealed class BatchLoader(IImageSource source, ViewOptions view, LoaderOptions options, DecodedImageCache cache)
{
    /// <summary>Batches in one pass.</summary>
    public int BatchesPerEpoch => options.DropLast ? source.Count / options.BatchSize : (source.Count + options.BatchSize - 1) / options.BatchSize;

    /// <summary>One pass over the source.</summary>
    /// <param name="epoch">Decides the order, from 0.</param>
    /// <param name="firstBatch">Where to start.</param>
    /// <param name="viewEpoch">Decides the views; default the epoch itself.</param>
    /// <exception cref="InputException">An image cannot be read or decoded.</exception>
    public IEnumerable<Batch> Epoch(int epoch, int firstBatch = 0, int? viewEpoch = null)
    {
        int[] order = options.Shuffle ? new CounterRandom(options.Seed, "order", epoch).Permutation(source.Count) : [.. Enumerable.Range(0, source.Count)];
        var pending = new Queue<Task<byte[]>>();
        using var stop = new CancellationTokenSource();
        using var gate = new SemaphoreSlim(Math.Max(1, options.Threads));
        int next = firstBatch;
        try
        {
            for (int batch = firstBatch; batch < BatchesPerEpoch; batch++)
            {
                for (; next < BatchesPerEpoch && next <= batch + options.Prefetch; next++)
                {
                    int[] ahead = Members(order, next);
                    pending.Enqueue(Pixels(ahead, viewEpoch ?? epoch, gate, stop.Token));
                }

                int[] members = Members(order, batch);
                byte[] pixels = pending.Dequeue().GetAwaiter().GetResult();
                yield return new Batch(
                    tensor(pixels).view(members.Length, 3, view.Size, view.Size).DetachFromDisposeScope(),
                    tensor(members.Select(i => (long)source.Label(i)).ToArray()).DetachFromDisposeScope(),
                    members);
            }
        }
        finally
        {
            stop.Cancel();
            Task.WhenAll(pending).ContinueWith(static t => t.Exception, TaskScheduler.Default).GetAwaiter().GetResult();
        }
    }

    private int[] Members(int[] order, int batch) => order[(batch * options.BatchSize)..Math.Min(order.Length, (batch + 1) * options.BatchSize)];

    private async Task<byte[]> Pixels(int[] members, int epoch, SemaphoreSlim gate, CancellationToken stop)
    {
        byte[] pixels = new byte[(long)members.Length * 3 * view.Size * view.Size];
        int parts = Math.Min(Math.Max(1, options.Threads), members.Length);
        await Task.WhenAll(Enumerable.Range(0, parts).Select(part => Task.Run(
            async () =>
            {
                await gate.WaitAsync(stop).ConfigureAwait(false);
                try
                {
                    for (int i = part; i < members.Length; i += parts)
                    {
                        stop.ThrowIfCancellationRequested();
                        Fill(pixels, i, members[i], epoch);
                    }
                }
                finally
                {
                    gate.Release();
                }
            },
            stop))).ConfigureAwait(false);
        return pixels;
    }

    /// <summary>Writes one view as planes, channel by channel.</summary>
    private void Fill(byte[] pixels, int row, int index, int epoch)
    {
        RgbImage image = View.Apply(cache.Get(source, index), view, new CounterRandom(options.Seed, "view", epoch, index));
        int plane = view.Size * view.Size;
        Span<byte> target = pixels.AsSpan(row * 3 * plane, 3 * plane);
        ReadOnlySpan<byte> from = image.Pixels;
        for (int i = 0; i < plane; i++)
        {
            target[i] = from[3 * i];
            target[plane + i] = from[(3 * i) + 1];
            target[(2 * plane) + i] = from[(3 * i) + 2];
        }
    }
}

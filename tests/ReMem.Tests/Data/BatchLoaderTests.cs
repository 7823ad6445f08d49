using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Tests.Data.Checks;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Data;

public sealed class BatchLoaderTests
{
    private static readonly ViewOptions Training = ViewOptions.ForTraining(12) with { ColorJitter = 0.3 };

    private static LoaderOptions Options { get; } = new() { BatchSize = 4, Seed = 7, Shuffle = true };

    /// <summary>Every random thing there is, at once.</summary>
    private static ViewOptions Everything(string policy) => Training with
    {
        Augmentation = policy,
        Grayscale = 0.3,
        Blur = 0.3,
        RandomErasing = 0.5,
        SecondSize = 20,
    };

    [Theory]
    [InlineData("rand-m9-mstd0.5-inc1", 2)]
    [InlineData("rand-m9-mstd0.5-inc1", 8)]
    [InlineData("trivial", 8)]
    [InlineData("three", 2)]
    public void Augmented_and_mixed_batches_do_not_depend_on_threads_and_replay(string policy, int threads)
    {
        MemorySource source = MemorySource.Of(14);
        LoaderOptions mixed = Options with { MixupAlpha = 0.8, CutmixAlpha = 1 };
        List<Copy> one = Read(new BatchLoader(source, Everything(policy), mixed with { Threads = 1 }), 2);
        var many = new BatchLoader(source, Everything(policy), mixed with { Threads = threads });
        Assert.Equal(one, Read(many, 2));
        Assert.Equal(one.Skip(2), Read(many, 2, 2));
        Assert.NotEqual(one, Read(many, 3));

        // Unmixed, a row is what (seed, epoch, index) makes of the image, at either size.
        foreach (Batch batch in new BatchLoader(source, Everything(policy), Options with { Threads = threads }).Epoch(2))
        {
            using (batch)
            {
                Assert.Null(batch.Mix);
                byte[] first = batch.Images.data<byte>().ToArray(), second = batch.SecondImages!.data<byte>().ToArray();
                for (int i = 0; i < batch.Count; i++)
                {
                    RgbImage image = ImageDecoder.Decode(source.Read(batch.Indices[i]), "x");
                    Assert.Equal(
                        TestImages.Planes(ViewTransform.Apply(image, Everything(policy), ViewTransform.Random(7, 2, batch.Indices[i]))),
                        first.AsSpan(i * 432, 432).ToArray());
                    Assert.Equal(
                        TestImages.Planes(ViewTransform.Apply(image, Everything(policy), ViewTransform.Random(7, 2, batch.Indices[i]), 20)),
                        second.AsSpan(i * 1200, 1200).ToArray());
                }
            }
        }
    }

    [Fact]
    public void Second_size_is_the_same_view()
    {
        byte[] photo = NearDuplicatesTests.Encoded(NearDuplicatesTests.Photo(9, 96, 80), SkiaSharp.SKEncodedImageFormat.Png, 100);
        ViewOptions view = ViewOptions.ForTraining(48) with
        {
            SecondSize = 24,
            ColorJitter = 0.4,
            Augmentation = "rand-m9-mstd0.5-inc1",
            Blur = 0.5,
            Grayscale = 0.2,
        };
        var loader = new BatchLoader(new MemorySource([.. Enumerable.Repeat(photo, 40)]), view, Options with { BatchSize = 40 });
        using Batch batch = loader.Epoch(0).Single();
        using DisposeScope scope = NewDisposeScope();
        Tensor halved = nn.functional.avg_pool2d(batch.Images.to(ScalarType.Float32), 2);
        Tensor difference = halved.sub(batch.SecondImages!.to(ScalarType.Float32)).abs().mean([1, 2, 3]);
        // Histogram operations step at other values here and there; a crop, flip or turn of its own would be far off.
        Assert.InRange(difference.median().item<float>(), 0, 4);
        Assert.InRange(difference.mean().item<float>(), 0, 8);
    }

    [Fact]
    public void Evaluation_is_never_mixed_and_epochs_mix_again()
    {
        MemorySource source = MemorySource.Of(8);
        LoaderOptions mixed = Options with { Shuffle = false, MixupAlpha = 0.4 };
        Assert.All(new BatchLoader(source, ViewOptions.ForEvaluation(8), mixed).Epoch(0), b => Assert.Null(b.Mix));
        var loader = new BatchLoader(source, Training, mixed);
        double[] Shares(int epoch) => [.. loader.Epoch(epoch).Select(b => b.Mix!.Share)];
        Assert.NotEqual(Shares(0), Shares(1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Mixed_batches_repeat_as_they_were_in_another_order(bool dropLast)
    {
        var loader = new BatchLoader(MemorySource.Of(23), Training,
            Options with { BatchSize = 3, MixupAlpha = 0.4, CutmixAlpha = 1, DropLast = dropLast });
        Assert.Equal(dropLast ? 21 : 23, loader.SlotsPerEpoch);
        List<Copy> first = Read(loader, 1), again = Read(loader, 5, viewEpoch: 1), later = Read(loader, 9, viewEpoch: 1);
        Assert.NotEqual(first, again);
        Assert.NotEqual(again, later);
        Assert.Equal(first.OrderBy(c => c.First), again.OrderBy(c => c.First));
        Assert.Equal(first.OrderBy(c => c.First), later.OrderBy(c => c.First));
        Assert.NotEqual(first, Read(loader, 2));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    public void Slots_are_the_views_of_the_epochs(double mixup)
    {
        var loader = new BatchLoader(MemorySource.Of(23), Training, Options with { BatchSize = 3, MixupAlpha = mixup });
        var seen = new Dictionary<int, byte[]>();
        foreach (Batch batch in loader.Epoch(4, viewEpoch: 1))
        {
            using (batch)
                Each(batch, (slot, pixels) => seen.Add(slot, pixels));
        }

        int slots = 0;
        foreach ((int first, int count) in new[] { (0, 12), (12, 9), (21, 2) })
        {
            foreach (Batch batch in loader.Slots(1, first, count))
            {
                using (batch)
                {
                    Each(batch, (slot, pixels) =>
                    {
                        Assert.Equal(slots++, slot);
                        Assert.Equal(seen[slot], pixels);
                    });
                }
            }
        }

        Assert.Equal(loader.SlotsPerEpoch, slots);

        static void Each(Batch batch, Action<int, byte[]> see)
        {
            byte[][] pixels = [.. batch.Images.data<byte>().ToArray().Chunk((int)batch.Images[0].numel())];
            foreach ((int slot, byte[] image) in batch.Slots.Zip(pixels))
                see(slot, image);
        }
    }

    [Fact]
    public void Waiting_is_measured()
    {
        var loader = new BatchLoader(MemorySource.Of(8), Training, Options);
        Assert.Equal(TimeSpan.Zero, loader.Waited);
        Read(loader, 0);
        Assert.True(loader.Waited > TimeSpan.Zero);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(8, 3)]
    [InlineData(1, 50)]
    public void Batches_do_not_depend_on_threads_or_prefetch(int threads, int prefetch)
    {
        MemorySource source = MemorySource.Of(22);
        List<Copy> one = Read(new BatchLoader(source, Training, Options with { Threads = 1 }), 3);
        Assert.Equal(6, one.Count);
        Assert.Equal(one, Read(new BatchLoader(source, Training, Options with { Threads = threads, Prefetch = prefetch }), 3));
    }

    [Fact]
    public void Epoch_entered_later_continues_alike()
    {
        var loader = new BatchLoader(MemorySource.Of(22), Training, Options);
        Assert.Equal(Read(loader, 1).Skip(4), Read(loader, 1, 4));
        Assert.Empty(Read(loader, 1, 6));
    }

    [Fact]
    public void Seed_and_epoch_change_order_and_views()
    {
        MemorySource source = MemorySource.Of(22);
        var loader = new BatchLoader(source, Training, Options);
        List<Copy> first = Read(loader, 0);
        Assert.NotEqual(first.SelectMany(b => b.Indices), Read(loader, 1).SelectMany(b => b.Indices));
        Assert.NotEqual(first.SelectMany(b => b.Indices),
            Read(new BatchLoader(source, Training, Options with { Seed = 8 }), 0).SelectMany(b => b.Indices));

        var inOrder = new BatchLoader(source, Training, Options with { Shuffle = false });
        List<Copy> epoch0 = Read(inOrder, 0), epoch1 = Read(inOrder, 1);
        Assert.Equal(Enumerable.Range(0, 22), epoch0.SelectMany(b => b.Indices));
        Assert.Equal(Enumerable.Range(0, 22), epoch1.SelectMany(b => b.Indices));
        Assert.NotEqual(epoch0[0].Pixels, epoch1[0].Pixels);
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(5000)]
    public void Kept_views_are_the_views_made_again(long budget)
    {
        var anew = new BatchLoader(MemorySource.Of(22), Training, Options);
        var kept = new BatchLoader(MemorySource.Of(22), Training, Options with { ViewCacheBytes = budget });
        for (int epoch = 0; epoch < 4; epoch++)
            Assert.Equal(Read(anew, epoch, viewEpoch: epoch % 2), Read(kept, epoch, viewEpoch: epoch % 2));
    }

    [Fact]
    public void View_of_a_sample_does_not_depend_on_its_batch()
    {
        MemorySource source = MemorySource.Of(8);
        List<Copy> shuffled = Read(new BatchLoader(source, Training, Options), 5);
        List<Copy> single = Read(new BatchLoader(source, Training, Options with { BatchSize = 1, Shuffle = false }), 5);
        int plane = 3 * 12 * 12;
        foreach (Copy batch in shuffled)
        {
            for (int i = 0; i < batch.Indices.Length; i++)
                Assert.Equal(single[batch.Indices[i]].Pixels, batch.Pixels.AsSpan(i * plane, plane).ToArray());
        }
    }

    [Fact]
    public void Every_sample_once_with_its_label_in_planes()
    {
        MemorySource source = MemorySource.Of(10);
        var loader = new BatchLoader(source, ViewOptions.ForEvaluation(8), Options);
        Assert.Equal(3, loader.BatchesPerEpoch);
        List<int> seen = [];
        foreach (Batch batch in loader.Epoch(0))
        {
            using (batch)
            {
                Assert.Equal([batch.Count, 3, 8, 8], batch.Images.shape);
                Assert.Equal(ScalarType.Byte, batch.Images.dtype);
                Assert.Equal(batch.Indices.Select(i => (long)(i % 3)), batch.Labels.data<long>().ToArray());
                RgbImage view = ViewTransform.Apply(
                    ImageDecoder.Decode(source.Read(batch.Indices[0]), "x"), loader.View, ViewTransform.Random(7, 0, batch.Indices[0]));
                byte[] pixels = batch.Images.data<byte>().ToArray();
                for (int p = 0; p < 64; p++)
                {
                    for (int c = 0; c < 3; c++)
                        Assert.Equal(view.Pixels[(p * 3) + c], pixels[(c * 64) + p]);
                }

                seen.AddRange(batch.Indices);
            }
        }

        Assert.Equal(Enumerable.Range(0, 10), seen.Order());
    }

    [Fact]
    public void Drop_last_leaves_out_the_rest()
    {
        var loader = new BatchLoader(MemorySource.Of(10), Training, Options with { DropLast = true });
        Assert.Equal(2, loader.BatchesPerEpoch);
        Assert.All(Read(loader, 0), b => Assert.Equal(4, b.Indices.Length));
    }

    [Fact]
    public void Images_are_decoded_once_and_shared_through_the_cache()
    {
        MemorySource source = MemorySource.Of(10);
        var cache = new DecodedImageCache();
        Read(new BatchLoader(source, Training, Options, cache), 0);
        Read(new BatchLoader(source, Training, Options, cache), 1);
        Read(new BatchLoader(new Subset(source, [3, 1]), ViewOptions.ForEvaluation(8), Options, cache), 0);
        Assert.All(source.Reads, r => Assert.Equal(1, r));
        Assert.True(cache.UsedBytes > 0);
    }

    [Fact]
    public void Cache_keeps_its_budget()
    {
        MemorySource source = MemorySource.Of(10);
        var cache = new DecodedImageCache(3000);
        var loader = new BatchLoader(source, Training, Options, cache);
        List<Copy> small = Read(loader, 0);
        Read(loader, 0);
        Assert.InRange(cache.UsedBytes, 1, 3000);
        Assert.Contains(2, source.Reads);
        Assert.Equal(Read(new BatchLoader(source, Training, Options), 0), small);
        Read(new BatchLoader(source, Training, Options with { CacheBytes = 0 }), 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Bad_image_surfaces_at_its_batch(int threads)
    {
        byte[][] images = Enumerable.Range(0, 12).Select(i => i == 6 ? [] : TestImages.Encode(9, 9, i)).ToArray();
        var loader = new BatchLoader(new MemorySource(images), Training, Options with { Shuffle = false, Threads = threads });
        List<int> seen = [];
        InputException error = Assert.Throws<InputException>(() =>
        {
            foreach (Batch batch in loader.Epoch(0))
            {
                seen.AddRange(batch.Indices);
                batch.Dispose();
            }
        });
        Assert.Contains("memory/6.png", error.Message);
        Assert.Equal([0, 1, 2, 3], seen);
    }

    [Fact]
    public void Skipped_images_are_named_and_leave_the_batches()
    {
        byte[][] images = Enumerable.Range(0, 12).Select(i => i is 6 or 2 ? [1, 2, 3] : TestImages.Encode(9, 9, i)).ToArray();
        var source = new MemorySource(images);
        LoaderOptions skip = Options with { OnBadImage = BadImagePolicy.Skip };
        var loader = new BatchLoader(source, Training, skip);
        Assert.Equal(["memory/2.png", "memory/6.png"], loader.BadImages.Select(b => b.Name));
        Assert.Equal((10, 3), (loader.Count, loader.BatchesPerEpoch));
        List<Copy> batches = Read(loader, 0);
        Assert.Equal([0, 1, 3, 4, 5, 7, 8, 9, 10, 11], batches.SelectMany(b => b.Indices).Order());
        Assert.Equal(batches, Read(new BatchLoader(source, Training, skip with { Threads = 5 }), 0));
    }

    [Fact]
    public void Stopping_early_ends_the_threads()
    {
        MemorySource source = MemorySource.Of(400);
        var loader = new BatchLoader(source, Training, Options with { Shuffle = false, Threads = 3, Prefetch = 3, CacheBytes = 0 });
        foreach (Batch batch in loader.Epoch(0))
        {
            batch.Dispose();
            break;
        }

        int after = source.Reads.Sum();
        Assert.InRange(after, 4, 4 * 8);
        Thread.Sleep(50);
        Assert.Equal(after, source.Reads.Sum());
    }

    [Fact]
    public void Prefetch_is_bounded()
    {
        MemorySource source = MemorySource.Of(400);
        var loader = new BatchLoader(source, Training, Options with { Shuffle = false, Threads = 2, Prefetch = 3, CacheBytes = 0 });
        using IEnumerator<Batch> batches = loader.Epoch(0).GetEnumerator();
        Assert.True(batches.MoveNext());
        batches.Current.Dispose();
        // The batch taken, and three ahead.
        Assert.True(SpinWait.SpinUntil(() => source.Reads.Sum() >= 4 * 4, TimeSpan.FromSeconds(20)));
        Thread.Sleep(50);
        Assert.Equal(4 * 4, source.Reads.Sum());
    }

    [Fact]
    public void Batches_belong_to_the_consumer()
    {
        var loader = new BatchLoader(MemorySource.Of(8), Training, Options);
        Batch first;
        using (NewDisposeScope())
            first = loader.Epoch(0).First();
        Assert.False(first.Images.IsInvalid);
        first.Dispose();
        Assert.True(first.Images.IsInvalid);
    }

    [Theory]
    [InlineData(0, 2, 3, "BatchSize")]
    [InlineData(4, 0, 3, "Threads")]
    [InlineData(4, 2, 0, "Prefetch")]
    public void Option_out_of_range_is_named(int batch, int threads, int prefetch, string name)
    {
        var options = new LoaderOptions { BatchSize = batch, Threads = threads, Prefetch = prefetch };
        InputException error = Assert.Throws<InputException>(() => new BatchLoader(MemorySource.Of(2), Training, options));
        Assert.Contains(name, error.Message);
    }

    internal static List<Copy> Read(BatchLoader loader, int epoch, int firstBatch = 0, int? viewEpoch = null)
    {
        List<Copy> copies = [];
        foreach (Batch batch in loader.Epoch(epoch, firstBatch, viewEpoch))
        {
            using (batch)
            {
                byte[] second = batch.SecondImages?.data<byte>().ToArray() ?? [];
                copies.Add(new Copy(batch.Indices, batch.Labels.data<long>().ToArray(), [.. batch.Images.data<byte>().ToArray(), .. second],
                    batch.Mix, batch.First));
            }
        }

        return copies;
    }

    internal sealed record Copy(int[] Indices, long[] Labels, byte[] Pixels, BatchMix? Mix, int First)
    {
        public bool Equals(Copy? other) =>
            other is not null && Indices.SequenceEqual(other.Indices) && Labels.SequenceEqual(other.Labels)
                && Pixels.SequenceEqual(other.Pixels) && Mix == other.Mix;

        public override int GetHashCode() => Indices.Length;
    }
}

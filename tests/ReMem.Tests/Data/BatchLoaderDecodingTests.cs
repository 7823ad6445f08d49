using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Tests.Data.Checks;
using SkiaSharp;

namespace ReMem.Tests.Data;

/// <summary>The decoded size of large images for their views, and the memory that is allocated for each.</summary>
public sealed class BatchLoaderDecodingTests
{
    private static LoaderOptions Options { get; } = new() { BatchSize = 4, Seed = 7, Shuffle = true };

    [Fact]
    public void Large_JPEGs_are_decoded_reduced_for_training_alone_whatever_the_cache_holds()
    {
        byte[] jpeg = NearDuplicatesTests.Encoded(NearDuplicatesTests.Photo(5, 400, 300), SKEncodedImageFormat.Jpeg, 90);
        var source = new MemorySource([.. Enumerable.Repeat(jpeg, 6)]);
        ViewOptions view = ViewOptions.ForTraining(16);
        List<BatchLoaderTests.Copy> fresh = BatchLoaderTests.Read(new BatchLoader(source, view, Options), 0);
        var full = new DecodedImageCache();
        BatchLoaderTests.Read(new BatchLoader(source, ViewOptions.ForEvaluation(16), Options, full), 0);
        Assert.Equal(6 * 400 * 300 * 3, full.UsedBytes);
        Assert.Equal(fresh, BatchLoaderTests.Read(new BatchLoader(source, view, Options, full), 0));
        Assert.Equal(6 * ((400 * 300) + (50 * 38)) * 3, full.UsedBytes);
        Assert.Equal(fresh, BatchLoaderTests.Read(new BatchLoader(source, view, Options with { CacheBytes = 0, Threads = 8 }), 0));
        Assert.NotEqual(fresh, BatchLoaderTests.Read(new BatchLoader(source, view with { ScaledDecoding = false }, Options), 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(150_000)]
    [InlineData(1L << 30)]
    public void Large_JPEGs_are_decoded_for_their_views_crop_whatever_fits_the_cache(long budget)
    {
        byte[] jpeg = NearDuplicatesTests.Encoded(NearDuplicatesTests.Photo(5, 400, 300), SKEncodedImageFormat.Jpeg, 90);
        var source = new MemorySource([.. Enumerable.Repeat(jpeg, 5)]);
        ViewOptions view = ViewOptions.ForTraining(60) with { Scale = (0.08, 1) };
        var loader = new BatchLoader(source, view, Options with { CacheBytes = budget });
        var sizes = new HashSet<int>();
        for (int epoch = 0; epoch < 4; epoch++)
        {
            foreach ((int index, byte[] pixels) in BatchLoaderTests.Read(loader, epoch)
                .SelectMany(b => b.Indices.Zip(b.Pixels.Chunk(60 * 60 * 3))))
            {
                double enough = ViewTransform.EnoughSide(400, 300, view, ViewTransform.Random(7, epoch, index));
                RgbImage image = ImageDecoder.Decode(jpeg, "x", enoughSide: enough);
                sizes.Add(image.Width);
                byte[] planes = new byte[pixels.Length];
                PixelOps.Planes(ViewTransform.Apply(image, view, ViewTransform.Random(7, epoch, index)).Pixels, planes);
                Assert.Equal(planes, pixels);
            }
        }

        Assert.Equal([100, 200, 400], sizes.Order());
    }

    /// <summary>What is made for an image is the difference of batches of ten images and of two, on the thread that makes them.</summary>
    [Theory]
    [InlineData(1L << 30, 128)]
    [InlineData(0, 4096)]
    public void Steady_batches_allocate_nothing_of_an_images_size(long budget, int most)
    {
        byte[][] photos = [.. Enumerable.Range(0, 4)
            .Select(i => NearDuplicatesTests.Encoded(NearDuplicatesTests.Photo(i, 90, 80), SKEncodedImageFormat.Jpeg, 90))];
        ViewOptions view = ViewOptions.ForTraining(64) with { SecondSize = 32 };
        long Allocated(int images)
        {
            var source = new AllocationCounter([.. Enumerable.Range(0, images * 8).Select(i => photos[i % 4])]);
            var loader = new BatchLoader(source, view, Options with { BatchSize = images, Threads = 1, CacheBytes = budget });
            for (int epoch = 0; epoch < 3; epoch++)
            {
                source.Seen.Clear();
                foreach (Batch batch in loader.Epoch(epoch))
                    batch.Dispose();
            }

            return source.Seen[^1] - source.Seen[images - 1];
        }

        // The two views have 15360 bytes, the image 21600; what remains from memory are indices and labels.
        Assert.InRange((Allocated(10) - Allocated(2)) / (8 * 7), 0, most);
    }

    /// <summary>Notes how much its thread has allocated whenever a label is asked for, as each batch does at its end.</summary>
    private sealed class AllocationCounter(byte[][] images) : IImageSource
    {
        public List<long> Seen { get; } = [];

        public int Count => images.Length;

        public int Label(int index)
        {
            Seen.Add(GC.GetAllocatedBytesForCurrentThread());
            return 0;
        }

        public string Name(int index) => "image";

        public byte[] Read(int index) => images[index];
    }
}

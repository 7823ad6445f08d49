using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Data.Views;
using static ReMem.Tests.Training.TinyTraining;

namespace ReMem.Tests.Data;

/// <summary>Unequal classes and smaller views.</summary>
public class BatchLoaderSamplingTests
{
    [Fact]
    public void Balanced_epochs_show_rare_images_again_and_in_other_views()
    {
        BatchLoader loader = Loader(ClassSampling.Balanced);
        (int Index, string Pixels)[] shown = Shown(loader, 1, null);
        // Nine images of class 0 and one each of 1 and 2.
        Assert.Equal(11, shown.Length);
        Assert.All(new[] { 9, 10 }, index => Assert.InRange(shown.Count(s => s.Index == index), 3, 4));
        Assert.Equal(shown.Length, shown.Select(s => s.Pixels).Distinct().Count());
        // Nor does a later epoch show what an earlier one did.
        Assert.Empty(shown.Select(s => s.Pixels).Intersect(Shown(loader, 2, null).Select(s => s.Pixels)));
    }

    [Fact]
    public void The_first_draw_of_an_image_is_the_view_it_has_without_sampling()
    {
        Dictionary<int, string> plain = Shown(Loader(ClassSampling.Uniform), 1, null).ToDictionary(s => s.Index, s => s.Pixels);
        foreach (IGrouping<int, (int Index, string Pixels)> image in Shown(Loader(ClassSampling.Balanced), 1, null).GroupBy(s => s.Index))
            Assert.Equal(plain[image.Key], image.First().Pixels);
    }

    [Fact]
    public void A_view_that_is_asked_for_is_the_same_at_every_draw()
    {
        BatchLoader loader = Loader(ClassSampling.Balanced, cache: 1 << 20);
        Dictionary<int, string> plain = Shown(Loader(ClassSampling.Uniform), 0, 5).ToDictionary(s => s.Index, s => s.Pixels);
        foreach (int epoch in new[] { 0, 1 })
            Assert.All(Shown(loader, epoch, 5), s => Assert.Equal(plain[s.Index], s.Pixels));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void The_slots_of_a_view_are_what_its_epochs_show(double mixup)
    {
        BatchLoader loader = Loader(ClassSampling.Balanced, mixup: mixup);
        var slots = new Dictionary<int, string>();
        foreach (Batch batch in loader.Slots(1, 0, loader.SlotsPerEpoch))
            Each(batch, (slot, pixels) => slots.Add(slot, pixels));
        foreach (Batch batch in loader.Epoch(4, viewEpoch: 1))
            Each(batch, (slot, pixels) => Assert.Equal(slots[slot], pixels));

        static void Each(Batch batch, Action<int, string> see)
        {
            using (batch)
            {
                foreach ((int slot, int row) in batch.Slots.Select((slot, row) => (slot, row)))
                    see(slot, Convert.ToBase64String(batch.Images[row].contiguous().bytes));
            }
        }
    }

    [Fact]
    public void Neither_threads_nor_the_batch_it_is_entered_at_change_anything()
    {
        (int, string)[] expected = Shown(Loader(ClassSampling.Sqrt), 3, null);
        Assert.Equal(expected, Shown(Loader(ClassSampling.Sqrt, threads: 4), 3, null));
        Assert.Equal(expected.Skip(8), Shown(Loader(ClassSampling.Sqrt), 3, null, firstBatch: 2));
    }

    [Fact]
    public void Classes_are_counted() => Assert.Equal([9, 1, 1, 0], Loader(ClassSampling.Uniform).ClassCounts(4));

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void A_smaller_epoch_shows_the_same_views_at_that_size(double mixup)
    {
        BatchLoader loader = Loader(ClassSampling.Uniform, mixup: mixup);
        using Batch full = loader.Epoch(2).First(), small = loader.Epoch(2, size: 16).First(),
            both = loader.Epoch(2, size: 16, keepFull: true).First();
        Assert.Equal([4, 3, 16, 16], small.Images.shape);
        Assert.Null(small.SmallImages);
        Assert.Null(full.SmallImages);
        Assert.Same(small.Images, small.Inputs);
        Assert.Same(both.SmallImages, both.Inputs);
        Assert.True(Goldens.Same(full.Images, both.Images));
        Assert.True(Goldens.Same(small.Images, both.SmallImages!));
        Assert.Equal(full.Mix, both.Mix);
        using Batch own = loader.Epoch(2, size: 32, keepFull: true).First();
        Assert.True(Goldens.Same(full.Images, own.Inputs));
        Assert.Null(own.SmallImages);
        if (mixup > 0)
            return;
        for (int row = 0; row < 4; row++)
        {
            int index = small.Indices[row];
            RgbImage image = ImageDecoder.Decode(Unequal.Read(index), "image");
            byte[] pixels = ViewTransform.Apply(image, ViewOptions.ForTraining(32), ViewTransform.Random(9, 2, index), 16).Pixels;
            byte[] planes = small.Images[row].cpu().bytes.ToArray();
            Assert.Equal(pixels.Where((_, i) => i % 3 == 0), planes[..256]);
        }
    }

    private static MemorySource Unequal { get; } = Labelled([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);

    private static BatchLoader Loader(ClassSampling sampling, int threads = 1, long cache = 0, double mixup = 0) => new(
        Unequal,
        ViewOptions.ForTraining(32),
        new LoaderOptions
        {
            BatchSize = 4,
            Shuffle = true,
            Seed = 9,
            Sampling = sampling,
            Threads = threads,
            ViewCacheBytes = cache,
            MixupAlpha = mixup,
        });

    private static (int Index, string Pixels)[] Shown(BatchLoader loader, int epoch, int? viewEpoch, int firstBatch = 0)
    {
        var shown = new List<(int, string)>();
        foreach (Batch batch in loader.Epoch(epoch, firstBatch, viewEpoch))
        {
            using (batch)
            {
                for (int row = 0; row < batch.Count; row++)
                    shown.Add((batch.Indices[row], Convert.ToBase64String(batch.Images[row].contiguous().bytes)));
            }
        }

        return [.. shown];
    }
}

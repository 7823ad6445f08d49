using ReMem.Data;
using ReMem.Runtime;

namespace ReMem.Tests.Data;

public class SampledOrderTests
{
    /// <summary>1, 4, 25 and 70 images, none of class 3.</summary>
    private static readonly int[] Labels =
        [.. new[] { (0, 4), (1, 1), (2, 70), (4, 25) }.SelectMany(c => Enumerable.Repeat(c.Item1, c.Item2))];

    [Fact]
    public void Shares_are_powers_of_the_class_sizes()
    {
        int[] counts = [4, 1, 0, 25];
        Assert.Equal([4 / 30.0, 1 / 30.0, 0, 25 / 30.0], SampledOrder.Shares(counts, ClassSampling.Uniform));
        Assert.Equal([1 / 3.0, 1 / 3.0, 0, 1 / 3.0], SampledOrder.Shares(counts, ClassSampling.Balanced));
        Assert.Equal([2 / 8.0, 1 / 8.0, 0, 5 / 8.0], SampledOrder.Shares(counts, ClassSampling.Sqrt));
    }

    [Theory]
    [InlineData(ClassSampling.Balanced, new[] { 25.0, 25, 25, 25 })]
    [InlineData(ClassSampling.Sqrt, new[] { 12.22, 6.11, 51.12, 30.55 })]
    [InlineData(ClassSampling.Uniform, new[] { 4.0, 1, 70, 25 })]
    public void Every_class_has_its_share_of_every_epoch(ClassSampling sampling, double[] expected)
    {
        const int epochs = 400;
        int[] ids = [0, 1, 2, 4];
        double[] sums = new double[4];
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            int[] order = SampledOrder.Draw(Labels, sampling, new CounterRandom(3, "order", epoch));
            Assert.Equal(Labels.Length, order.Length);
            for (int c = 0; c < ids.Length; c++)
            {
                int drawn = order.Count(i => Labels[i] == ids[c]);
                Assert.InRange(drawn, Math.Floor(expected[c] - 1e-6), Math.Ceiling(expected[c] + 1e-6));
                sums[c] += drawn;
                // Within a class all images come before one comes again.
                int members = Labels.Count(l => l == ids[c]);
                int[] times = [.. Enumerable.Range(0, Labels.Length).Where(i => Labels[i] == ids[c]).Select(i => order.Count(o => o == i))];
                Assert.All(times, t => Assert.InRange(t, drawn / members, (drawn + members - 1) / members));
            }
        }

        Assert.All(sums.Zip(expected), pair => Assert.Equal(pair.Second, pair.First / epochs, 0.1));
    }

    [Theory]
    [InlineData(0, 30, 70)]
    [InlineData(1, 50, 50)]
    [InlineData(4, 20, 80)]
    public void Every_batch_has_the_same_share_of_unlabelled_images(double ratio, int labelled, int others)
    {
        int[] labels = [.. Enumerable.Range(0, 30).Select(i => i % 3), .. Enumerable.Repeat(UnlabelledImages.NoLabel, 70)];
        int[] order = SampledOrder.Draw(labels, ClassSampling.Uniform, ratio, 100, new CounterRandom(1, "order", 0));
        Assert.Equal(labelled, order.Count(i => i < 30));
        Assert.Equal(others, order.Count(i => i >= 30));
        Assert.All(order.Chunk(10), batch => Assert.Equal(labelled / 10, batch.Count(i => i < 30)));
        // All of a kind are drawn before any is again.
        foreach ((IEnumerable<int> kind, int drawn) in new[] { (Enumerable.Range(0, 30), labelled), (Enumerable.Range(30, 70), others) })
        {
            int[] times = [.. kind.Select(i => order.Count(o => o == i))];
            Assert.All(times, t => Assert.InRange(t, drawn / times.Length, (drawn + times.Length - 1) / times.Length));
        }
    }

    [Fact]
    public void A_longer_epoch_repeats_the_labelled_images_alone()
    {
        int[] order = SampledOrder.Draw([0, 1, 0, 1], ClassSampling.Uniform, 0, 10, new CounterRandom(1, "order", 0));
        Assert.All(Enumerable.Range(0, 4), i => Assert.InRange(order.Count(o => o == i), 2, 3));
        int[] balanced = SampledOrder.Draw([0, 1, 0, 0], ClassSampling.Balanced, 0, 16, new CounterRandom(1, "order", 0));
        Assert.Equal(8, balanced.Count(i => i == 1));
    }

    [Fact]
    public void An_order_is_a_function_of_its_stream_and_is_shuffled()
    {
        int[] first = Draw(5), again = Draw(5), other = Draw(6);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        // Runs of one class would be 25 long if it were not shuffled.
        int changes = first.Zip(first.Skip(1), (a, b) => Labels[a] != Labels[b] ? 1 : 0).Sum();
        Assert.InRange(changes, 55, 95);
        static int[] Draw(int epoch) => SampledOrder.Draw(Labels, ClassSampling.Balanced, new CounterRandom(3, "order", epoch));
    }

    [Fact]
    public void One_class_or_equal_classes_are_all_drawn_once()
    {
        foreach (int[] labels in new[] { [7, 7, 7], new[] { 0, 1, 2, 0, 1, 2 } })
            Assert.Equal(Enumerable.Range(0, labels.Length),
                SampledOrder.Draw(labels, ClassSampling.Balanced, new CounterRandom(0, "order")).Order());
        Assert.Empty(SampledOrder.Draw([], ClassSampling.Balanced, new CounterRandom(0, "order")));
    }

    [Fact]
    public void Repeats_count_what_came_before() => Assert.Equal([0, 0, 1, 2, 1], SampledOrder.Repeats([4, 9, 4, 4, 9]));
}

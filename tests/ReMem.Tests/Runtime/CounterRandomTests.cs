using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public class CounterRandomTests
{
    [Fact]
    public void The_same_key_gives_the_same_draws_and_any_other_key_others()
    {
        uint[] Draw(long seed, string purpose, int epoch, long index)
        {
            var random = new CounterRandom(seed, purpose, epoch, index);
            return [.. Enumerable.Range(0, 9).Select(_ => random.NextUInt32())];
        }

        uint[] first = Draw(1, "view", 2, 3);
        Assert.Equal(first, Draw(1, "view", 2, 3));
        Assert.NotEqual(first, Draw(2, "view", 2, 3));
        Assert.NotEqual(first, Draw(1, "order", 2, 3));
        Assert.NotEqual(first, Draw(1, "view", 3, 3));
        Assert.NotEqual(first, Draw(1, "view", 2, 4));
        Assert.Equal(9, first.Distinct().Count());
    }

    [Fact]
    public void Uniform_draws_fill_the_unit_interval_evenly()
    {
        var random = new CounterRandom(7, "test");
        int[] bins = new int[10];
        for (int i = 0; i < 100_000; i++)
            bins[(int)(random.NextDouble() * 10)]++;
        // 10 bins of 10,000 with a deviation of about 95: 5 sigma.
        Assert.All(bins, count => Assert.InRange(count, 9_500, 10_500));
    }

    [Fact]
    public void Normal_draws_have_mean_0_and_deviation_1()
    {
        var random = new CounterRandom(7, "test");
        double[] draws = [.. Enumerable.Range(0, 50_000).Select(_ => random.Normal())];
        Assert.InRange(draws.Average(), -0.03, 0.03);
        Assert.InRange(draws.Average(d => d * d), 0.96, 1.04);
    }

    [Fact]
    public void A_permutation_holds_every_index_once()
    {
        int[] order = new CounterRandom(3, "order", 1).Permutation(1000);
        Assert.Equal(Enumerable.Range(0, 1000), order.Order());
        Assert.NotEqual(Enumerable.Range(0, 1000), order);
    }

    [Theory]
    [InlineData("", 0x811C9DC5u)]
    [InlineData("a", 0xE40C292Cu)]
    [InlineData("foobar", 0xBF9CF968u)]
    public void Fnv1a_gives_its_published_values(string text, uint hash) => Assert.Equal(hash, CounterRandom.Fnv1a(text));
}

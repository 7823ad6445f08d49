using ReMem.Evaluation;

namespace ReMem.Tests.Evaluation;

public sealed class RankCorrelationTests
{
    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4 }, new double[] { 10, 100, 1000, 1001 }, 1)]
    [InlineData(new double[] { 1, 2, 3, 4 }, new double[] { 4, 3, 2, 1 }, -1)]
    // 1 - 6 sum(d^2) / (n (n^2 - 1)), with d = 1, -1, 1, -1, 0.
    [InlineData(new double[] { 1, 2, 3, 4, 5 }, new double[] { 2, 1, 4, 3, 5 }, 0.8)]
    // Ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3: 4.5 / sqrt(4.5 * 5).
    [InlineData(new double[] { 1, 2, 2, 3 }, new double[] { 1, 2, 3, 4 }, 0.9486832980505138)]
    public void By_hand(double[] xs, double[] ys, double expected)
    {
        Assert.Equal(expected, RankCorrelation.Of(xs, ys).Rho, 1e-12);
        Assert.Equal(expected, RankCorrelation.Of(ys, xs).Rho, 1e-12);
    }

    [Fact]
    public void What_never_varies_has_no_rank_correlation()
    {
        Assert.Equal(new RankCorrelation(double.NaN, null, null, 6), RankCorrelation.Of([1, 1, 1, 1, 1, 1], [1, 2, 3, 4, 5, 6]));
        Assert.True(double.IsNaN(RankCorrelation.Of([], []).Rho));
    }

    [Fact]
    public void Few_pairs_give_no_interval()
    {
        Assert.Null(RankCorrelation.Of([1, 2, 3, 4], [1, 2, 4, 3]).Low);
        Assert.NotNull(RankCorrelation.Of([1, 2, 3, 4, 5], [1, 2, 4, 3, 5]).Low);
    }

    [Fact]
    public void The_interval_holds_rho_and_narrows_with_pairs()
    {
        RankCorrelation few = Noisy(8), many = Noisy(80);
        foreach (RankCorrelation one in new[] { few, many })
            Assert.InRange(one.Rho, one.Low!.Value, one.High!.Value);
        Assert.True(many.High - many.Low < 0.6 * (few.High - few.Low), $"{few} {many}");
        // Fisher's approximation for 80 pairs: atanh(rho) +- 1.96 * sqrt(1.06 / 77).
        double half = 1.96 * Math.Sqrt(1.06 / 77);
        Assert.Equal(Math.Tanh(Math.Atanh(many.Rho) - half), many.Low!.Value, 0.06);
        Assert.Equal(Math.Tanh(Math.Atanh(many.Rho) + half), many.High!.Value, 0.06);
    }

    [Fact]
    public void Copies_of_a_pair_are_no_more_evidence_when_they_are_drawn_together()
    {
        double[] xs = [1, 2, 3, 4, 5, 6, 7], ys = [2, 1, 4, 3, 5, 7, 6], held = [3, 1, 2, 7, 5, 4, 6];
        static double[] Thrice(double[] values) => [.. values, .. values, .. values];
        int[] groups = [.. Enumerable.Range(0, 21).Select(i => i % 7)];
        foreach ((RankCorrelation single, RankCorrelation grouped, RankCorrelation apart) in new[]
        {
            (RankCorrelation.Of(xs, ys), RankCorrelation.Of(Thrice(xs), Thrice(ys), groups: groups),
                RankCorrelation.Of(Thrice(xs), Thrice(ys))),
            (RankCorrelation.Partial(xs, ys, held), RankCorrelation.Partial(Thrice(xs), Thrice(ys), Thrice(held), groups: groups),
                RankCorrelation.Partial(Thrice(xs), Thrice(ys), Thrice(held))),
        })
        {
            Assert.Equal(single.Low!.Value, grouped.Low!.Value, 1e-12);
            Assert.Equal(single.High!.Value, grouped.High!.Value, 1e-12);
            Assert.Equal((7, 21, (int?)null), (grouped.Groups!.Value, grouped.Count, apart.Groups));
            Assert.True(apart.High - apart.Low < 0.8 * (grouped.High - grouped.Low), $"{apart} {grouped}");
        }
    }

    [Fact]
    public void Too_few_groups_are_drawn_apart()
    {
        double[] xs = [1, 2, 3, 4, 5, 6], ys = [2, 1, 4, 3, 5, 6];
        Assert.Equal(RankCorrelation.Of(xs, ys), RankCorrelation.Of(xs, ys, groups: [0, 0, 1, 1, 2, 2]));
        Assert.Throws<ArgumentException>(() => RankCorrelation.Of(xs, ys, groups: [0, 1]));
    }

    [Fact]
    public void The_seed_decides_the_interval_and_nothing_else()
    {
        Assert.Equal(Noisy(20), Noisy(20));
        Assert.NotEqual(Noisy(20).Low, Noisy(20, seed: 1).Low);
        Assert.Equal(Noisy(20).Rho, Noisy(20, seed: 1).Rho);
    }

    [Fact]
    public void Values_without_a_partner_are_refused() => Assert.Throws<ArgumentException>(() => RankCorrelation.Of([1, 2], [1]));

    [Fact]
    public void What_both_take_from_a_third_is_taken_out()
    {
        // x and y are z with noise of their own: alone they go together, at equal z they do not.
        var random = new global::ReMem.Runtime.CounterRandom(0, "triples");
        double[] z = [.. Enumerable.Range(0, 200).Select(_ => random.Normal())];
        double[] x = [.. z.Select(v => v + (0.5 * random.Normal()))], y = [.. z.Select(v => v + (0.5 * random.Normal()))];
        Assert.True(RankCorrelation.Of(x, y).Low > 0.5);
        RankCorrelation partial = RankCorrelation.Partial(x, y, z);
        Assert.InRange(partial.Rho, -0.15, 0.15);
        Assert.InRange(0, partial.Low!.Value, partial.High!.Value);

        // The first-order formula on Spearman's rho: (xy - xz yz) / sqrt((1 - xz^2) (1 - yz^2)).
        double xy = RankCorrelation.Of(x, y).Rho, xz = RankCorrelation.Of(x, z).Rho, yz = RankCorrelation.Of(y, z).Rho;
        Assert.Equal((xy - (xz * yz)) / Math.Sqrt((1 - (xz * xz)) * (1 - (yz * yz))), partial.Rho, 1e-12);
    }

    [Fact]
    public void With_a_third_that_never_varies_or_decides_all_nothing_is_left_to_say()
    {
        Assert.True(double.IsNaN(RankCorrelation.Partial([1, 2, 3, 4, 5], [1, 3, 2, 5, 4], [7, 7, 7, 7, 7]).Rho));
        Assert.True(double.IsNaN(RankCorrelation.Partial([1, 2, 3, 4, 5], [1, 3, 2, 5, 4], [1, 2, 3, 4, 5]).Rho));
        Assert.Throws<ArgumentException>(() => RankCorrelation.Partial([1, 2], [1, 2], [1]));
    }

    private static RankCorrelation Noisy(int count, long seed = 0)
    {
        var random = new global::ReMem.Runtime.CounterRandom(0, "pairs");
        double[] xs = [.. Enumerable.Range(0, count).Select(_ => random.Normal())];
        return RankCorrelation.Of(xs, [.. xs.Select(x => x + random.Normal())], seed);
    }
}

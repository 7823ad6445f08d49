using ReMem.Evaluation;
using ReMem.Information;

namespace ReMem.Tests.Information;

public sealed class InformationComparisonTests
{
    [Fact]
    public void Intervals_apart_give_a_verdict_and_the_difference_is_paired()
    {
        InformationComparison c = InformationComparison.Of("a", Result(0.30, 0.32, 0.34), "b", Result(0.10, 0.12, 0.14));
        Assert.Equal("higher", c.Verdict);
        Assert.Equal(0.2, c.Difference.Mean, 1e-12);
        Assert.Equal(0, c.Difference.HalfWidth!.Value, 1e-12);
        Assert.Equal("lower", InformationComparison.Of("b", Result(0.10, 0.12, 0.14), "a", Result(0.30, 0.32, 0.34)).Verdict);
    }

    [Fact]
    public void Intervals_that_overlap_are_inconclusive_however_sure_the_pairs_are() =>
        Assert.Equal("inconclusive", InformationComparison.Of("a", Result(0.11, 0.21, 0.31), "b", Result(0.10, 0.20, 0.30)).Verdict);

    [Fact]
    public void Other_seeds_cannot_be_paired() =>
        Assert.Throws<ArgumentException>(() => InformationComparison.Of("a", Result(0.1, 0.2, 0.3), "b", Result(0.1, 0.2)));

    private static InformationResult Result(params double[] nats) => new(Interval.Of(nats), nats, 0, nats, 100, 0, 1);
}

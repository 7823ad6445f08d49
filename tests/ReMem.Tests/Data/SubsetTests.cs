using ReMem.Data;

namespace ReMem.Tests.Data;

public sealed class SubsetTests
{
    private static readonly MemorySource Whole = MemorySource.Of(9);

    [Fact]
    public void SamplesAreThoseOfTheWhole()
    {
        var subset = new Subset(Whole, [4, 2]);
        Assert.Equal((2, 1, "memory/2.png"), (subset.Count, subset.Label(0), subset.Name(1)));
        Assert.Equal(Whole.Read(4), subset.Read(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Subset(Whole, [9]));
    }

    [Fact]
    public void AtMostTakesFromEveryClassInTurn()
    {
        Assert.Same(Whole, Subset.AtMost(Whole, 0, 1));
        Assert.Same(Whole, Subset.AtMost(Whole, 9, 1));
        IImageSource five = Subset.AtMost(Whole, 5, 1);
        Assert.Equal([1, 2, 2], Enumerable.Range(0, 3).Select(c => Enumerable.Range(0, 5).Count(i => five.Label(i) == c)).Order());
    }
}

using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Sources;

public sealed class SubsetTests
{
    private static readonly MemorySource Whole = MemorySource.Of(9);

    [Fact]
    public void Samples_are_those_of_the_whole()
    {
        var subset = new Subset(Whole, [4, 2]);
        Assert.Equal((2, 1, "memory/2.png"), (subset.Count, subset.Label(0), subset.Name(1)));
        Assert.Equal(Whole.Read(4), subset.Read(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Subset(Whole, [9]));
    }

    [Fact]
    public void At_most_takes_from_every_class_in_turn()
    {
        Assert.Same(Whole, Subset.AtMost(Whole, 0, 1));
        Assert.Same(Whole, Subset.AtMost(Whole, 9, 1));
        IImageSource five = Subset.AtMost(Whole, 5, 1);
        Assert.Equal([1, 2, 2], Enumerable.Range(0, 3).Select(c => Enumerable.Range(0, 5).Count(i => five.Label(i) == c)).Order());
    }

    [Fact]
    public void Parts_are_taken_class_by_class()
    {
        MemorySource whole = MemorySource.Of(60);
        Assert.Same(whole, Subset.Choose(whole, new SubsetOptions()));
        Assert.Equal([4, 4, 4], PerClass(Subset.Choose(whole, new SubsetOptions { PerClass = 4 })));
        Assert.Equal([5, 5, 5], PerClass(Subset.Choose(whole, new SubsetOptions { Fraction = 0.25 })));
        // 20 100^(-i/2): 20, 2, 0.2, and every class keeps one.
        Assert.Equal([20, 2, 1], PerClass(Subset.Choose(whole, new SubsetOptions { LongTail = 100 })));
        Assert.Equal([20, 8, 4], PerClass(Subset.Choose(whole, new SubsetOptions { LongTail = 5 })));
        Assert.Equal([6, 4, 2], PerClass(Subset.Choose(whole, new SubsetOptions { LongTail = 5, Fraction = 0.5, PerClass = 6 })));
    }

    [Fact]
    public void Smaller_parts_are_within_larger_ones_of_their_seed()
    {
        MemorySource whole = MemorySource.Of(60);
        string[] Names(int count, long seed)
        {
            IImageSource part = Subset.Choose(whole, new SubsetOptions { PerClass = count, Seed = seed });
            return [.. Enumerable.Range(0, part.Count).Select(part.Name)];
        }

        Assert.Subset(Names(9, 1).ToHashSet(), Names(4, 1).ToHashSet());
        Assert.Equal(Names(4, 1), Names(4, 1));
        Assert.NotEqual(Names(4, 1), Names(4, 2));
    }

    [Fact]
    public void Option_out_of_range_is_named() =>
        Assert.Contains("LongTail",
            Assert.Throws<InputException>(() => Subset.Choose(Whole, new SubsetOptions { LongTail = 0.5 })).Message);

    private static int[] PerClass(IImageSource source) =>
        [.. Enumerable.Range(0, 3).Select(c => Enumerable.Range(0, source.Count).Count(i => source.Label(i) == c))];
}

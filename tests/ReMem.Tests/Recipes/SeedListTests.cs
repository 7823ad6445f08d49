using ReMem.Recipes;

namespace ReMem.Tests.Recipes;

public sealed class SeedListTests
{
    [Theory]
    [InlineData("0..2", new[] { 0, 1, 2 })]
    [InlineData("7..7", new[] { 7 })]
    [InlineData("3", new[] { 3 })]
    [InlineData("2,0,1", new[] { 2, 0, 1 })]
    public void Ranges_and_lists_are_read(string text, int[] seeds) => Assert.Equal(seeds, SeedList.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("2..0")]
    [InlineData("0..1000")]
    [InlineData("0..")]
    [InlineData("0..1..2")]
    [InlineData("1,1")]
    [InlineData("1,,2")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("99999999999")]
    public void What_is_neither_says_so(string text)
    {
        InputException error = Assert.Throws<InputException>(() => SeedList.Parse(text));
        Assert.Contains($"The seeds '{text}' are not a range or list", error.Message, StringComparison.Ordinal);
        Assert.Contains("--seeds 0..2", error.Remedy!, StringComparison.Ordinal);
    }
}

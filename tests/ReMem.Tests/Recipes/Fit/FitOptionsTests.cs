using ReMem.Recipes.Fit;

namespace ReMem.Tests.Recipes.Fit;

public class FitOptionsTests
{
    [Theory]
    [InlineData("45m", 2700)]
    [InlineData("90s", 90)]
    [InlineData("1.5h", 5400)]
    [InlineData("2h30m", 9000)]
    public void Times_are_read(string text, double seconds) => Assert.Equal(seconds, FitOptions.ParseTime(text).TotalSeconds);

    [Theory]
    [InlineData("")]
    [InlineData("45")]
    [InlineData("m")]
    [InlineData("0m")]
    [InlineData("-5m")]
    [InlineData("1,5h")]
    [InlineData("5 m")]
    [InlineData("1e9h")]
    [InlineData("soon")]
    public void What_is_no_time_is_refused(string text)
    {
        InputException error = Assert.Throws<InputException>(() => FitOptions.ParseTime(text));
        Assert.Equal(($"'{text}' is no time.", "--time"), (error.Message, error.Where));
    }
}

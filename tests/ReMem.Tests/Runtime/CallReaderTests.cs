using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class CallReaderTests
{
    private static readonly CallReader<string> Reader = new(
        "sample",
        "two(1,2)",
        new("none", "nothing", [], _ => "none"),
        new("two", "two numbers", [CallArgument.Count("k", 1, 9), new("share", 0, 1, 0.5)], n => $"two {n[0]} {n[1]}"),
        new("pair", "both or none", [new("a", 0, 1, 0.1), new("b", 0, 1, 0.2)], n => $"pair {n[0]} {n[1]}") { AllOrNone = true });

    [Theory]
    [InlineData("none", "none")]
    [InlineData(" two ( 3 , 0.25 ) ", "two 3 0.25")]
    [InlineData("two(3)", "two 3 0.5")]
    [InlineData("pair", "pair 0.1 0.2")]
    [InlineData("pair(1,0)", "pair 1 0")]
    public void What_is_left_out_has_its_default(string text, string expected) => Assert.Equal(expected, Reader.Read(text, "key"));

    [Theory]
    [InlineData("tow(1)", "Unknown sample 'tow'; did you mean 'two'?")]
    [InlineData("two", "The sample 'two' cannot be read.")]
    [InlineData("two(1,1,1)", "The sample 'two(1,1,1)' cannot be read.")]
    [InlineData("pair(1)", "The sample 'pair(1)' cannot be read.")]
    [InlineData("none()", "The sample 'none()' cannot be read.")]
    [InlineData("two(1.5)", "In 'two(1.5)', k is '1.5'; it must be a whole number.")]
    [InlineData("two(10)", "In 'two(10)', k is '10'; it must be between 1 and 9.")]
    [InlineData("two(1,nan)", "In 'two(1,nan)', share is 'nan'; it must be between 0 and 1.")]
    [InlineData("two(x)", "In 'two(x)', k is 'x'; it must be between 1 and 9.")]
    public void What_does_not_fit_is_named(string text, string message)
    {
        InputException error = Assert.Throws<InputException>(() => Reader.Read(text, "key"));
        Assert.Equal((message, "key"), (error.Message, error.Where));
        Assert.NotNull(error.Remedy);
    }

    [Fact]
    public void Its_forms_are_what_help_and_messages_show()
    {
        Assert.Equal(["none", "two(k,share)", "pair(a,b)"], Reader.Forms.Select(f => f.Text));
        Assert.Equal("Write one of: none, two(k,share), pair(a,b); for example two(1,2).", Reader.Remedy);
    }
}

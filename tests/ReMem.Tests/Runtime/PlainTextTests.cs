using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public class PlainTextTests
{
    [Theory]
    [InlineData("cat é 猫 👍🏽 e\u0301", "cat é 猫 👍🏽 e\u0301")]
    [InlineData("\u001b]0;x\u0007", "\\u001b]0;x\\u0007")]
    [InlineData("a\nb\rc\td", "a\\u000ab\\u000dc\\u0009d")]
    [InlineData("\u009b31m\u007f\0", "\\u009b31m\\u007f\\u0000")]
    [InlineData("\u202egnp.\u2066x\u200e\ufeff", "\\u202egnp.\\u2066x\\u200e\\ufeff")]
    [InlineData("x\u2028y\u2029", "x\\u2028y\\u2029")]
    public void What_would_steer_a_terminal_is_written_out(string text, string plain) => Assert.Equal(plain, PlainText.Line(text));

    [Fact]
    public void Half_a_character_is_written_out() => Assert.Equal("a\\ud83d", PlainText.Line("a" + (char)0xD83D));

    [Fact]
    public void Own_lines_keep_their_breaks_and_nothing_else() =>
        Assert.Equal("a\tb\r\nc\n\\u000d\\u001b", PlainText.Lines("a\tb\r\nc\n\r\u001b"));
}

using System.Text;
using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class BoundedLinesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Lines_up_to_the_limit_are_read_as_they_are(string end)
    {
        string text = string.Join(end, new string('a', BoundedLines.MaxLineBytes), "b", new string('c', BoundedLines.MaxLineBytes));
        Assert.Equal(text, Read(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("short\n")]
    public void A_longer_line_is_refused(string before)
    {
        InputException error = Assert.Throws<InputException>(() => Read(before + new string('a', BoundedLines.MaxLineBytes + 1)));
        Assert.Equal("The table has a line longer than the limit of 1.0 MB.", error.Message);
    }

    [Fact]
    public void A_file_that_grows_without_an_end_is_refused()
    {
        string path = _folder.File("t.csv");
        byte[] lines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a,b\n", 1 << 18)));
        File.WriteAllBytes(path, lines);
        using var text = new BoundedLines(File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), path, "table");
        using FileStream end = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        var buffer = new byte[lines.Length];
        InputException error = Assert.Throws<InputException>(() =>
        {
            for (int i = 0; i < 100 && text.Read(buffer) > 0; i++)
            {
                end.Write(lines);
                end.Flush();
            }
        });
        Assert.Contains("grows while it is read", error.Message, StringComparison.Ordinal);
    }

    private string Read(string text)
    {
        string path = _folder.File("t.csv");
        File.WriteAllText(path, text);
        using var reader = new StreamReader(new BoundedLines(InputFile.Open(path, "table"), path, "table"));
        return reader.ReadToEnd();
    }
}

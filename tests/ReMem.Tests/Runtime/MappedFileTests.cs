using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class MappedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Bytes_are_those_of_the_file_and_a_place_beyond_its_end_is_refused()
    {
        using MappedFile file = MappedFile.Open(Write("abcdef"), "shard");
        Assert.Equal(6, file.Length);
        Assert.Equal("cd"u8, file.Bytes(2, 2));
        InputException beyond = Assert.Throws<InputException>(() => file.Bytes(5, 2));
        Assert.Contains("The shard is broken: it is cut short.", beyond.Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => file.Bytes(-1, 2));
        Assert.Throws<InputException>(() => file.Bytes(0, -1));
    }

    [Fact]
    public void What_is_no_file_of_bytes_is_refused_under_its_own_name()
    {
        Assert.Contains("The shard does not exist", Refused(_folder.File("none")), StringComparison.Ordinal);
        Assert.Contains("The shard is a folder", Refused(Path.GetDirectoryName(_folder.File("none"))!), StringComparison.Ordinal);
        Assert.Contains("The shard is broken: it is empty", Refused(Write(string.Empty)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_from_a_file_neither_breaks_the_line_nor_fills_the_screen()
    {
        string message = MappedFile.BrokenFile("shard", $"a\u001b[2Jb\nc {new string('x', 1 << 20)}", "file").Message;
        Assert.DoesNotContain(message.Split('\n')[0], char.IsControl);
        Assert.Contains("a?[2Jb?c", message, StringComparison.Ordinal);
        Assert.True(message.Length < 1000);
    }

    private static string Refused(string path) => Assert.Throws<InputException>(() => MappedFile.Open(path, "shard")).Message;

    private string Write(string text)
    {
        string path = _folder.File("file.bin");
        File.WriteAllText(path, text);
        return path;
    }
}

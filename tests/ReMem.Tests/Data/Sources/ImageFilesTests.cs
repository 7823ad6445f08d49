using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Sources;

public sealed class ImageFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ImageFilesTests()
    {
        _folder.Images("a", 2).Images("a/deep", 1).Images("a/@eaDir", 1);
        _folder.Add("a/notes.txt", [1]);
        _folder.Add("a/._000.png", [1]);
        _folder.Add("a/phone.heic", [1]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folders_are_their_images() =>
        Assert.Equal(["a/000.png", "a/001.png", "a/deep/000.png", "a/phone.heic"], Expand("", "a"));

    [Fact]
    public void Patterns_are_their_images()
    {
        Assert.Equal(["a/000.png", "a/001.png"], Expand("", "a/*.png"));
        Assert.Equal(["a/000.png", "a/001.png", "a/phone.heic"], Expand("", "a/*"));
        Assert.Equal(["a/000.png", "a/deep/000.png"], Expand("", "a/**/000.png").Where(f => !f.Contains('@', StringComparison.Ordinal)));
        Assert.Contains("No file matches", Assert.Throws<InputException>(() => Expand("", "a/*.gif")).Message);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\0")]
    public void Names_are_read_from_a_stream(string end)
    {
        string list = _folder.File("a/000.png") + end + end + _folder.File("a/deep") + end + _folder.File("gone.png");
        Assert.Equal(["a/000.png", "a/deep/000.png", "gone.png", "b.png"], Expand(list, "-", "b.png"));
        Assert.Contains("there is none", Assert.Throws<InputException>(() => Expand("\n", "-")).Message);
    }

    [Theory]
    [InlineData('\0', "more than 67.1 MB")]
    [InlineData('\n', "more than 67.1 MB")]
    [InlineData('x', "a line of more than 32768 letters")]
    public void Lists_that_do_not_end_are_refused_early(char letter, string says)
    {
        var endless = new EndlessText(letter);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(says, Assert.Throws<InputException>(() => ImageFiles.Expand(["-"], endless)).Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.InRange(endless.Letters, 1, 68_000_000);
    }

    [Fact]
    public void Files_stay_as_they_are_named()
    {
        Assert.Equal(["a/notes.txt", "gone.png"], Expand("", "a/notes.txt", "gone.png"));
        Directory.CreateDirectory(_folder.File("empty"));
        Assert.Contains("holds no image", Assert.Throws<InputException>(() => Expand("", "empty")).Message);
    }

    private sealed class EndlessText(char letter) : TextReader
    {
        public long Letters { get; private set; }

        public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

        public override int Read(Span<char> buffer)
        {
            buffer.Fill(letter);
            Letters += buffer.Length;
            return buffer.Length;
        }
    }

    private string[] Expand(string list, params string[] names) =>
        [.. ImageFiles.Expand(names.Select(n => n == "-" ? n : _folder.File(n)), new StringReader(list))
            .Select(f => Path.GetRelativePath(_folder.Path, f).Replace('\\', '/'))];
}

using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Sources;

public sealed class FileStampTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Parts_are_read()
    {
        FileStamp stamp = FileStamp.Of(_folder.Add("a", [1, 2, 3, 4]));
        Assert.Equal([1, 2, 3, 4], stamp.Read());
        Assert.Equal([3, 4], stamp.Read(2, 2));
        stamp.RequireUnchanged();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(9)]
    public void File_that_changed_is_named(int length)
    {
        FileStamp stamp = FileStamp.Of(_folder.Add("a", [1, 2, 3, 4]));
        File.WriteAllBytes(stamp.Path, new byte[length]);
        File.SetLastWriteTimeUtc(stamp.Path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        foreach (Action read in new Action[] { () => stamp.Read(), () => stamp.Read(1, 2), stamp.RequireUnchanged })
        {
            InputException error = Assert.Throws<InputException>(read);
            Assert.Equal($"'{stamp.Path}' changed while it was read.", error.Message);
        }
    }

    [Fact]
    public void Links_are_their_targets()
    {
        string file = _folder.Add("a", [1, 2, 3, 4]);
        File.CreateSymbolicLink(_folder.File("link-with-a-long-name"), file);
        Assert.Equal([1, 2, 3, 4], FileStamp.Of(_folder.File("link-with-a-long-name")).Read());
    }
}

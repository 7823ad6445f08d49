using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public class FileLockTests
{
    [Fact]
    public void One_holds_it_alone_or_any_number_share_it()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File(Path.Combine("deep", "lock"));
        using (FileLock.TryTake(path)!)
        {
            Assert.Null(FileLock.TryTake(path));
            Assert.Null(FileLock.TryShare(path));
        }

        using (FileLock.TryShare(path)!)
        using (FileLock.TryShare(path)!)
            Assert.Null(FileLock.TryTake(path));
        using (FileLock.TryTake(path, leave: false)!)
            Assert.True(File.Exists(path));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_reported()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), "x");
        Assert.Contains("Cannot write",
            Assert.Throws<InputException>(() => FileLock.TryTake(folder.File(Path.Combine("file", "lock")))).Message);
    }
}

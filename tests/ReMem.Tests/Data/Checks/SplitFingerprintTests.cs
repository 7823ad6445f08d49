using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Checks;

public sealed class SplitFingerprintTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_follows_the_bytes_of_the_samples_in_their_order_and_not_the_folder()
    {
        foreach (string root in new[] { "here", "there" })
            _folder.Images($"{root}/train/a", 3).Images($"{root}/train/b", 3);
        foreach (string file in Directory.EnumerateFiles(_folder.File("here"), "*.png", SearchOption.AllDirectories))
            File.Copy(file, file.Replace($"{Path.DirectorySeparatorChar}here{Path.DirectorySeparatorChar}",
                $"{Path.DirectorySeparatorChar}there{Path.DirectorySeparatorChar}", StringComparison.Ordinal), overwrite: true);
        string print = Of("here");
        Assert.Matches("^[0-9a-f]{64}$", print);
        Assert.Equal(print, Of("there"));
        Assert.Equal(print, SplitFingerprint.OfContent(Train("here"), 1, _folder.File("elsewhere")));
        Assert.NotEqual(print, SplitFingerprint.OfContent(new Subset(Train("here"), [1, 0, 2]), 2, _folder.File("kept")));

        string changed = _folder.File("here/train/a/001.png");
        File.WriteAllBytes(changed, TestImages.Noise(6, 5, "other", 1));
        Assert.NotEqual(print, Of("here"));
    }

    [Fact]
    public void Unchanged_files_are_not_read_again()
    {
        _folder.Images("set/train/a", 3).Images("set/train/b", 3);
        string print = Of("set");
        Assert.Single(Directory.GetFiles(_folder.File("kept")));
        string file = _folder.File("set/train/a/001.png");
        DateTime written = File.GetLastWriteTimeUtc(file);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        File.SetLastWriteTimeUtc(file, written);
        Assert.Equal(print, Of("set"));
        File.SetLastWriteTimeUtc(file, written.AddSeconds(1));
        Assert.NotEqual(print, Of("set"));
    }

    [Fact]
    public void A_source_without_files_is_read_and_a_missing_image_is_reported()
    {
        Assert.Equal(SplitFingerprint.OfContent(MemorySource.Of(5), 2, _folder.File("kept")),
            SplitFingerprint.OfContent(MemorySource.Of(5), 1, _folder.File("kept")));
        Assert.False(Directory.Exists(_folder.File("kept")));
        _folder.Images("set/train/a", 3).Images("set/train/b", 3);
        IImageSource train = Train("set");
        File.Delete(_folder.File("set/train/b/002.png"));
        Assert.Contains("002.png", Assert.Throws<InputException>(() => SplitFingerprint.OfContent(train, 2, _folder.File("kept"))).Message);
    }

    private string Of(string root) => SplitFingerprint.OfContent(Train(root), 2, _folder.File("kept"));

    private IImageSource Train(string root)
    {
        _folder.Images($"{root}/val/a", 1).Images($"{root}/val/b", 1).Images($"{root}/test/a", 1).Images($"{root}/test/b", 1);
        return DatasetReader.Open(_folder.File(root)).Train;
    }
}

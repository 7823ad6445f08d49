using System.IO.Compression;
using System.Text;
using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Sources;

public sealed class ZipTreeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", CompressionLevel.Optimal)]
    [InlineData("flowers/", CompressionLevel.NoCompression)]
    public void Zip_of_a_folder_is_that_folder(string root, CompressionLevel level)
    {
        string zip = Zip("all.zip", level, SplitNames().Select(n => ($"{root}{n}", Image(n))).Concat(
            [("__MACOSX/train/cat/._0.png", new byte[1]), ($"{root}train/.DS_Store", new byte[1]),
                ($"{root}train/empty note.txt", new byte[1])]));
        ImageDataset data = DatasetReader.Open(zip);
        Assert.Equal(["cat", "hörnchen"], data.Classes);
        Assert.Equal((6, 2, 2), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal($"{zip}/{root}train/cat/1.png", data.Train.Name(1));
        Assert.Equal("zip all.zip", data.Description);
        Parallel.For(0, 60,
            i => Assert.Equal(Image($"train/{data.Classes[data.Train.Label(i % 6)]}/{i % 6 % 3}.png"), data.Train.Read(i % 6)));
    }

    [Fact]
    public void Unsplit_zip_is_divided()
    {
        string zip = Zip("all.zip", CompressionLevel.Fastest,
            Enumerable.Range(0, 20).Select(i => ($"top/{(i % 2 == 0 ? "a" : "b")}/{i}.png", Image($"{i}"))));
        ImageDataset data = DatasetReader.Open("zip:" + zip);
        Assert.Equal(["a", "b"], data.Classes);
        Assert.Equal(20, data.Train.Count + data.Validation.Count + data.Test.Count);
    }

    [Theory]
    [InlineData("../out.png")]
    [InlineData("train/../../out.png")]
    [InlineData("/etc/out.png")]
    [InlineData("C:\\out.png")]
    [InlineData("..\\out.png")]
    public void Entry_that_leaves_the_archive_is_refused(string name)
    {
        string zip = Zip("bad.zip", CompressionLevel.Fastest, [(name, new byte[1])]);
        InputException error = Assert.Throws<InputException>(() => DatasetReader.Open(zip));
        Assert.Contains("leads out of the archive", error.Message);
    }

    [Fact]
    public void Bomb_is_not_unpacked()
    {
        // A megabyte of zeros, whose entry then claims a few bytes, or far more than it packs.
        string zip = Zip("bomb.zip", CompressionLevel.Optimal,
            SplitNames().Select(n => (n, n == "train/cat/1.png" ? new byte[1 << 20] : Image(n))));
        byte[] honest = File.ReadAllBytes(zip);
        foreach (int claimed in new[] { 10, int.MaxValue, 200_000_000 })
        {
            File.WriteAllBytes(zip, WithLength(honest, 1 << 20, claimed));
            ImageDataset data = DatasetReader.Open(zip);
            long before = GC.GetAllocatedBytesForCurrentThread();
            // What is cut to its claim is no image any more.
            InputException error = Assert.Throws<InputException>(() => ImageDecoder.Decode(data.Train.Read(1), data.Train.Name(1)));
            Assert.Contains("train/cat/1.png", error.Message);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        }
    }

    [Fact]
    public void Zip_that_is_cut_short_is_named()
    {
        string zip = Zip("all.zip", CompressionLevel.Fastest, SplitNames().Select(n => (n, Image(n))));
        byte[] whole = File.ReadAllBytes(zip);
        foreach (int length in new[] { 0, 100, whole.Length - 30 })
        {
            File.WriteAllBytes(zip, whole[..length]);
            InputException error = Assert.Throws<InputException>(() => DatasetReader.Open(zip));
            Assert.Contains("is not a zip, or is truncated", error.Message);
        }
    }

    [Fact]
    public void Zip_that_changes_is_named()
    {
        string zip = Zip("all.zip", CompressionLevel.Fastest, SplitNames().Select(n => (n, Image(n))));
        ImageDataset data = DatasetReader.Open(zip);
        File.AppendAllText(zip, "x");
        Assert.Contains("changed while it was read", Assert.Throws<InputException>(() => data.Train.Read(0)).Message);
    }

    private static IEnumerable<string> SplitNames() =>
        new[] { ("train", 3), ("val", 1), ("test", 1) }.SelectMany(s => new[] { "cat", "hörnchen" }.SelectMany(c =>
            Enumerable.Range(0, s.Item2).Select(i => $"{s.Item1}/{c}/{i}.png")));

    private static byte[] Image(string name) => TestImages.Noise(6, 5, name, 0);

    private string Zip(string name, CompressionLevel level, IEnumerable<(string Name, byte[] Bytes)> entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8))
        {
            foreach ((string entry, byte[] bytes) in entries)
            {
                using Stream content = zip.CreateEntry(entry, level).Open();
                content.Write(bytes);
            }
        }

        return _folder.Add(name, stream.ToArray());
    }

    /// <summary>The archive with another length in its directory.</summary>
    private static byte[] WithLength(byte[] zip, int length, int claimed)
    {
        byte[] changed = [.. zip];
        byte[] old = BitConverter.GetBytes(length);
        int at = zip.AsSpan().LastIndexOf(old);
        Assert.True(at > 0);
        BitConverter.GetBytes(claimed).CopyTo(changed, at);
        return changed;
    }
}

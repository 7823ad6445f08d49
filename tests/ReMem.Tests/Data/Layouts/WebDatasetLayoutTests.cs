using System.Formats.Tar;
using System.Text;
using ReMem.Data;
using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Layouts;

public sealed class WebDatasetLayoutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Shards_are_read(TarEntryFormat format)
    {
        string Label(int i) => i % 2 == 0 ? "cat" : "dög";
        string[] shards = [.. new[] { ("train-000", 0, 4), ("train-001", 4, 6), ("val-000", 6, 8),
            ("test-000", 8, 11) }.Select(s => Tar($"{s.Item1}.tar", format,
            Enumerable.Range(s.Item2, s.Item3 - s.Item2).SelectMany(i => new (string, byte[])[]
            {
                ($"dir/{i:0000}.jpg", Image(i)), ($"dir/{i:0000}.cls", Encoding.UTF8.GetBytes(Label(i) + "\n")), ($"dir/{i:0000}.json",
                    "{}"u8.ToArray()),
                ($"._{i:0000}.jpg", new byte[1]),
                ($"__MACOSX/dir/{i:0000}.jpg", new byte[1]), ($"dir/@eaDir/{i:0000}.jpg/SYNOPHOTO_THUMB_M.jpg", new byte[1]),
            })))];
        foreach (string source in new[] { _folder.Path, _folder.File("*.tar"), "wds:" + _folder.File("{train,val,test}-000.tar"),
            "wds:" + _folder.Path })
        {
            ImageDataset data = DatasetReader.Open(source);
            bool all = !source.Contains('{', StringComparison.Ordinal);
            Assert.Equal(["cat", "dög"], data.Classes);
            Assert.Equal((all ? 6 : 4, 2, 3), (data.Train.Count, data.Validation.Count, data.Test.Count));
            for (int i = 0; i < data.Train.Count; i++)
            {
                Assert.Equal(Image(i), data.Train.Read(i));
                Assert.Equal(i % 2, data.Train.Label(i));
            }

            Assert.Equal($"{shards[0]}/dir/0003.jpg", data.Train.Name(3));
        }
    }

    [Fact]
    public void Labels_come_from_JSON_or_a_named_key()
    {
        Tar("all.tar", TarEntryFormat.Pax, Enumerable.Range(0, 12).SelectMany(i => new (string, byte[])[]
        {
            ($"{i}.left.png", Image(i)), ($"{i}.right.png", Image(i + 100)),
            ($"{i}.json", Encoding.UTF8.GetBytes($"{{\"label\": {10 - (i % 2)}, \"species\": \"s{i % 3}\"}}")), ($"{i}.txt",
                "caption"u8.ToArray()),
        }));
        Assert.Equal(["9", "10"], DatasetReader.Open(_folder.File("all.tar")).Classes);
        Assert.Equal(["s0", "s1", "s2"], DatasetReader.Open($"wds:{_folder.File("all.tar")}?label=species").Classes);
        ImageDataset right = DatasetReader.Open($"wds:{_folder.File("all.tar")}?image=right.png");
        Assert.EndsWith(".right.png", right.Train.Name(0));
        _folder.Add("classes.txt", Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 11).Select(i => $"c{i}"))));
        Assert.Contains("(c0, c1, c2, c3, c4 and 4 more) have no image",
            Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File("all.tar"))).Message);
    }

    [Fact]
    public void Tar_that_is_cut_short_is_named()
    {
        string tar = Tar("all.tar", TarEntryFormat.Ustar, Samples(12));
        byte[] whole = File.ReadAllBytes(tar);
        // Within a header, within an image, between two entries, and before the end mark.
        foreach (int length in new[] { 100, 512 + 20, 1024, 4096, whole.Length - 1024 })
        {
            File.WriteAllBytes(tar, whole[..length]);
            InputException error = Assert.Throws<InputException>(() => DatasetReader.Open(tar));
            Assert.Equal($"The tar '{tar}' is cut short.", error.Message);
        }

        File.WriteAllBytes(tar, []);
        Assert.Throws<InputException>(() => DatasetReader.Open(tar));
    }

    [Fact]
    public void What_is_no_tar_is_named()
    {
        string tar = _folder.Add("all.tar", [.. Enumerable.Range(0, 2048).Select(i => (byte)(i * 7))]);
        Assert.Contains("is not a tar, or is damaged", Assert.Throws<InputException>(() => DatasetReader.Open(tar)).Message);
    }

    [Fact]
    public void Sample_without_label_is_named()
    {
        string tar = Tar("all.tar", TarEntryFormat.Pax, [.. Samples(3), ("x.png", Image(9))]);
        Assert.Contains("all.tar/x.png' has no label (.cls, or label in .json)",
            Assert.Throws<InputException>(() => DatasetReader.Open(tar)).Message);
        Tar("all.tar", TarEntryFormat.Pax, [("x.png", Image(9)), ("x.json", "[1"u8.ToArray())]);
        Assert.Contains("is not a JSON object", Assert.Throws<InputException>(() => DatasetReader.Open(tar)).Message);
    }

    [Fact]
    public void Shard_that_changes_is_named()
    {
        string tar = Tar("all.tar", TarEntryFormat.Pax, Samples(12));
        ImageDataset data = DatasetReader.Open(tar);
        File.AppendAllText(tar, "x");
        Assert.Contains("changed while it was read", Assert.Throws<InputException>(() => data.Train.Read(0)).Message);
    }

    private static IEnumerable<(string, byte[])> Samples(int count) => Enumerable.Range(0, count).SelectMany(i =>
        new (string, byte[])[] { ($"{i}.png", Image(i)), ($"{i}.cls", Encoding.UTF8.GetBytes($"{i % 2}")) });

    private static byte[] Image(int i) => TestImages.Noise(5, 4, "wds", i);

    private string Tar(string name, TarEntryFormat format, IEnumerable<(string Name, byte[] Bytes)> entries)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, format, leaveOpen: true))
        {
            foreach ((string entry, byte[] bytes) in entries)
            {
                TarEntry file = format switch
                {
                    TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, entry),
                    TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, entry),
                    _ => new GnuTarEntry(TarEntryType.RegularFile, entry),
                };
                file.DataStream = new MemoryStream(bytes);
                tar.WriteEntry(file);
            }
        }

        return _folder.Add(name, stream.ToArray());
    }
}

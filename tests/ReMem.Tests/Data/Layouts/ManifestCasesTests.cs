using System.Text;
using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Layouts;

/// <summary>Tables as spreadsheets, Windows and competitions write them.</summary>
public sealed class ManifestCasesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ManifestCasesTests() => CaseFiles.CopyTables(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ok.csv")]
    [InlineData("back.csv")]
    [InlineData("back.jsonl")]
    [InlineData("caps.csv")]
    [InlineData("semi.csv")]
    [InlineData("noext.csv")]
    public void Every_dialect_is_the_same_dataset(string table) => IsTheDataset(_folder.File(table));

    [Theory]
    [InlineData("a.csv", "PATH,LABEL\n", "{0},{1}\n")]
    [InlineData("a.csv", "Filename;Class\n", "{0};{1}\n")]
    [InlineData("a.csv", "File_Name\tSpecies\n", "{0}\t{1}\n")]
    [InlineData("a.csv", "image|category\n", "{0}|{1}\n")]
    [InlineData("a.csv", "sep=;\r\nimg;target\r\n", "{0};{1}\r\n")]
    [InlineData("a.tsv", "Image Path,Class Name\n", "{0},{1}\n")]
    [InlineData("a.csv", "Image_ID,label\n", "{2},{1}\n")]
    [InlineData("a.csv", "id,breed\n", "{2},{1}\n")]
    [InlineData("a.csv", ",path,label\n", "{3},{0},{1}\n")]
    [InlineData("a.csv", "path,label\n", "  {0}  ,  {1}  \n")]
    [InlineData("a.csv", "path,label\n", "\"{0}\",\" {1} \"\n")]
    [InlineData("a.csv", "", "{0},{1}\n")]
    [InlineData("a.csv", "", "{1};{0}\n")]
    [InlineData("a.tsv", "", "{0}\t{1}\n")]
    [InlineData("a.csv", "", "{0},{1},train\n")]
    [InlineData("a.txt", "", "{0} {1}\n")]
    [InlineData("a.lst", "", "{0}\t{1}\n")]
    [InlineData("a.csv", "path,label\n", "C:\\Users\\me\\photos\\{0},{1}\n")]
    [InlineData("a.csv", "path,label\n", "D:/old/place/{0},{1}\n")]
    [InlineData("a.csv", "path,label\n", "/home/me/photos/{0},{1}\n")]
    [InlineData("a.csv", "path,label\n", ".\\{4},{1}\n")]
    [InlineData("a.csv", "path,label\n", "file:///home/me/{0},{1}\n")]
    [InlineData("a.csv", "path,label\n", "img%2F{2}.jpg,{1}\n")]
    [InlineData("a.csv", "path,label\n", "IMG/{2}.JPG,{1}\n")]
    [InlineData("a.jsonl", "", "{{\"Image\":\"{0}\",\"Label\":\" {1} \"}}\n")]
    public void What_people_have_is_read(string name, string head, string line)
    {
        string text = head + string.Concat(new[] { "cat", "dog" }.SelectMany(c => Enumerable.Range(0, 4).Select(i =>
            string.Format(null, line, $"img/{c}_{i}.jpg", c, $"{c}_{i}", i, $"img\\{c}_{i}.jpg"))));
        _folder.Add(name, Encoding.UTF8.GetBytes(text));
        IsTheDataset(_folder.File(name));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    public void Byte_order_marks_are_read(string name)
    {
        Encoding encoding = Encoding.GetEncoding(name);
        _folder.Add("a.csv", [.. encoding.GetPreamble(), .. encoding.GetBytes(File.ReadAllText(_folder.File("semi.csv")))]);
        IsTheDataset(_folder.File("a.csv"));
    }

    [Fact]
    public void Images_in_several_folders_are_distinguished_by_their_ends()
    {
        _folder.Images("x/a", 3).Images("x/b", 3);
        _folder.Add("t.csv", Encoding.UTF8.GetBytes(
            "path,label\n"
                + string.Concat(
                    new[] { "a", "b" }.SelectMany(c => Enumerable.Range(0, 3).Select(i => $@"E:\set\{c}\00{i}.png,{c}" + "\n")))));
        ImageDataset data = DatasetReader.Open(_folder.File("t.csv"));
        Assert.All(Enumerable.Range(0, data.Train.Count),
            i => Assert.Contains(Path.Combine("x", data.Classes[data.Train.Label(i)]), data.Train.Name(i)));
        Assert.Contains(data.Warnings, w => w.StartsWith("6 of 6 paths", StringComparison.Ordinal));
        // Where several files share the same end, none is guessed.
        _folder.Add("u.csv", "path,label\n000.png,a\nx/a/001.png,b\n"u8.ToArray());
        Assert.Contains("'000.png'", Assert.Single(ScoredImages.Open(_folder.File("u.csv"), null, ["a", "b"]).Warnings,
            w => w.Contains("do not exist", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_competitions_test_table_is_an_unlabelled_split()
    {
        _folder.Images("c/train", 12).Images("c/test", 3);
        _folder.Add("c/train.csv",
            Encoding.UTF8.GetBytes("id,breed\n" + string.Concat(Enumerable.Range(0, 12).Select(i => $"train/{i:000},{i % 2}\n"))));
        _folder.Add("c/test.csv", "id\ntest/000\ntest/001\n"u8.ToArray());
        _folder.Add("c/sample_submission.csv", "id,breed\ntest/000,0\n"u8.ToArray());
        ImageDataset data = DatasetReader.Open(_folder.File("c"));
        Assert.Equal(12, data.Train.Count + data.Validation.Count + data.Test.Count);
        Assert.Contains(
            data.Warnings, w => w.Contains("test.csv' has no column of labels: its 2 images are not scored", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_no_image_exists_what_was_seen_is_reported()
    {
        _folder.Add("bad.csv", "path,label\npics\\1.jpg,a\npics\\2.jpg,b\n"u8.ToArray());
        InputException error = Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File("bad.csv")));
        Assert.Contains("None of the 2 images", error.Message);
        Assert.Contains(@"'pics\1.jpg'", error.Message);
        // The remedy, followed: the images below the table.
        _folder.Images("pics", 3);
        File.Move(_folder.File("pics/001.png"), _folder.File("pics/1.jpg"));
        File.Move(_folder.File("pics/002.png"), _folder.File("pics/2.jpg"));
        Assert.Equal(2, ScoredImages.Open(_folder.File("bad.csv"), null, ["a", "b"]).Images.Count);
    }

    [Fact]
    public void Remedies_work_when_they_are_followed()
    {
        _folder.Add("odd.csv",
            Encoding.UTF8.GetBytes(File.ReadAllText(_folder.File("semi.csv")).Replace("label", "animal", StringComparison.Ordinal)));
        InputException error = Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File("odd.csv")));
        string remedy = error.Remedy!;
        string source = remedy[(remedy.IndexOf('\'', StringComparison.Ordinal) + 1)..remedy.LastIndexOf('\'')];
        IsTheDataset(source);

        _folder.Add("one.csv", "animals\ncat\ndog\n"u8.ToArray());
        Assert.Contains("Write a line with the names",
            Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File("one.csv"))).Remedy);
        _folder.Add("three.csv", "img/cat_0.jpg,17,cat\nimg/dog_0.jpg,18,dog\n"u8.ToArray());
        InputException three = Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File("three.csv")));
        Assert.Contains("no line names them; they are called image, 2, 3", three.Message);
        Assert.Equal(2, ScoredImages.Open($"csv:{_folder.File("three.csv")}?label=3", null, ["cat", "dog"]).Images.Count);
    }

    private static void IsTheDataset(string source)
    {
        ImageDataset data = DatasetReader.Open(source);
        Assert.Equal(["cat", "dog"], data.Classes);
        Assert.Equal(8, data.Train.Count + data.Validation.Count + data.Test.Count);
        foreach (IImageSource split in new[] { data.Train, data.Validation, data.Test })
        {
            for (int i = 0; i < split.Count; i++)
            {
                Assert.StartsWith(data.Classes[split.Label(i)], Path.GetFileName(split.Name(i)));
                Assert.True(ImageDecoder.Decode(split.Read(i), split.Name(i)).Width > 0);
            }
        }
    }
}

using System.Text;
using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Layouts;
using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Layouts;

public sealed class ManifestLayoutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ManifestLayoutTests() => _folder.Images("img", 12);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("all.csv", "path,label,split,note\n", "img/00{0}.png,{1},{2},\"a, \"\"b\"\"\nc\"\n")]
    [InlineData("all.tsv", "file_name\tclass\tsubset\n", "img/00{0}.png\t{1}\t{2}\n")]
    [InlineData("all.jsonl", "", "{{\"image\":\"img/00{0}.png\",\"label\":\"{1}\",\"split\":\"{2}\",\"box\":[1,2]}}\n")]
    [InlineData("metadata.csv", "label,split,path\r\n", "{1}, {2} ,img/00{0}.png\r\n")]
    public void Tables_are_read(string name, string head, string line)
    {
        Write(name, head, i => string.Format(null, line, i, i % 2 == 0 ? "cat" : "dög", i < 5 ? "train" : i < 7 ? "validation" : "test"),
            9);
        foreach (string source in name.StartsWith("all", StringComparison.Ordinal)
            ? new[] { _folder.File(name) }
            : [_folder.File(name), _folder.Path])
        {
            ImageDataset data = DatasetReader.Open(source);
            Assert.Equal(["cat", "dög"], data.Classes);
            Assert.Equal((5, 2, 2), (data.Train.Count, data.Validation.Count, data.Test.Count));
            Assert.Equal([0, 1, 0, 1, 0], Labels(data.Train));
            Assert.Equal(File.ReadAllBytes(_folder.File("img/003.png")), data.Train.Read(3));
            Assert.EndsWith(Path.Combine("img", "008.png"), data.Test.Name(1));
            Assert.Empty(data.Warnings);
        }
    }

    [Theory]
    [InlineData("t.csv", "path,label\nimg/000.png,")]
    [InlineData("t.csv", "")]
    [InlineData("t.tsv", "path\tlabel\nimg/000.png\t\"")]
    [InlineData("t.jsonl", "{\"path\":\"")]
    [InlineData("t.txt", "img/000.png 0\n")]
    public void Lines_without_an_end_are_refused_before_memory_is_taken_for_them(string name, string begin)
    {
        // A sparse file of 16 GB: zeros that take no disk.
        using (FileStream file = File.Create(_folder.File(name)))
        {
            file.Write(Encoding.UTF8.GetBytes(begin));
            file.SetLength(16L << 30);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        InputException error = Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File(name)));
        Assert.Contains("has a line longer than the limit of 1.0 MB", error.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }

    [Fact]
    public void Quotes_that_are_not_closed_are_refused_before_memory_is_taken_for_the_rest()
    {
        using (StreamWriter text = File.CreateText(_folder.File("t.csv")))
        {
            text.Write("path,label\nimg/000.png,\"cat\n");
            for (int i = 0; i < 2_000_000; i++)
                text.Write("img/000.png,cat\n");
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        InputException error = Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File("t.csv")));
        Assert.Contains("cannot be read", error.Message);
        Assert.Equal("Quote values that hold separators or quotes.", error.Remedy);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }

    [Fact]
    public void Tables_of_more_columns_than_any_are_refused()
    {
        string names = string.Join(',', Enumerable.Range(0, 16_385).Select(i => $"c{i}"));
        _folder.Add("t.csv", Encoding.UTF8.GetBytes($"{names}\n1,2\n"));
        Assert.Contains(
            "more columns than the limit of 16384", Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File("t.csv"))).Message);
        _folder.Add("t.jsonl", Encoding.UTF8.GetBytes(string.Join('\n', names.Split(',').Select(n => $"{{\"{n}\": 1}}"))));
        Assert.Contains(
            "more columns than the limit of 16384",
            Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File("t.jsonl"))).Message);
    }

    [Fact]
    public void Rows_of_JSON_may_lack_columns()
    {
        Write("t.jsonl", "",
            i => i % 2 == 0
                ? $"{{\"label\":\"a\",\"path\":\"img/00{i}.png\"}}\n"
                : $"{{\"note\":1,\"path\":\"img/00{i}.png\",\"label\":\"b\"}}\n", 10);
        ImageDataset data = DatasetReader.Open(_folder.File("t.jsonl"));
        Assert.Equal(["a", "b"], data.Classes);
        Assert.Equal(10, data.Train.Count + data.Validation.Count + data.Test.Count);
    }

    [Fact]
    public void Columns_are_named_in_the_source()
    {
        Write("t.csv", "a,b,c,d\n", i => $"img/00{i}.png,x{i % 2},{(i < 6 ? "train" : "test")},{i}\n", 9);
        ImageDataset data = DatasetReader.Open($"csv:{_folder.File("t.csv")}?image=a&label=b&split=c");
        Assert.Equal(["x0", "x1"], data.Classes);
        Assert.Equal(3, data.Test.Count);
    }

    [Fact]
    public void Files_name_the_split()
    {
        Write("train.csv", "path,label\n", i => $"img/00{i}.png,{i % 2}\n", 4);
        Write("val.csv", "path,label\n", i => $"img/00{i + 4}.png,{i % 2}\n", 2);
        Write("test.csv", "path,label\n", i => $"img/00{i + 6}.png,{i % 2}\n", 3);
        ImageDataset data = DatasetReader.Open("csv:" + _folder.Path);
        Assert.Equal((4, 2, 3), (data.Train.Count, data.Validation.Count, data.Test.Count));
    }

    [Fact]
    public void Numbers_are_in_numeric_order_or_called_by_the_labels_file()
    {
        Write("t.jsonl", "",
            i => $"{{\"path\":\"img/00{i}.png\",\"label\":{(i % 2 == 0 ? 10 : 9)},"
                + $"\"split\":\"{(i < 4 ? "train" : i < 6 ? "val" : "test")}\"}}\n", 8);
        Assert.Equal(["9", "10"], DatasetReader.Open(_folder.File("t.jsonl")).Classes);
        _folder.Add("labels.txt", Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 11).Select(i => $"name {i}"))));
        InputException error = Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File("t.jsonl")));
        Assert.Contains("9 classes (name 0, name 1, name 2, name 3, name 4 and 4 more) have no image", error.Message);
    }

    [Fact]
    public void Labels_file_renames_keys_and_orders_names()
    {
        Write("t.csv", "path,label,split\n", i => $"img/00{i}.png,n0{i % 2},{(i < 4 ? "train" : i < 6 ? "val" : "test")}\n", 8);
        string source = $"csv:{_folder.File("t.csv")}?labels=";
        ImageDataset keyed = DatasetReader.Open(source + Names("n09 other, thing\nn01 zebra\r\nn00\tblue ant, fly\n\n"));
        Assert.Equal(["zebra", "blue ant, fly"], keyed.Classes);
        Assert.Equal([1, 0, 1, 0], Labels(keyed.Train));
        Assert.Equal(["n01", "n00"], DatasetReader.Open(source + Names("n01\nn00")).Classes);
        Assert.Contains("The label 'n00' is not in",
            Assert.Throws<InputException>(() => DatasetReader.Open(source + Names("n01 zebra"))).Message);
        Assert.Contains("has 'n01' twice", Assert.Throws<InputException>(() => DatasetReader.Open(source + Names("n01\nn01"))).Message);
        Assert.Contains("is empty", Assert.Throws<InputException>(() => DatasetReader.Open(source + Names("\n"))).Message);
        Assert.Contains("does not exist", Assert.Throws<InputException>(() => DatasetReader.Open(source + _folder.File("no.txt"))).Message);
    }

    [Fact]
    public void Groups_stay_in_one_split()
    {
        _folder.Images("more", 60);
        Write("t.csv", "path,label,group\n", i => $"more/0{i:00}.png,{i / 30},g{i / 3}\n", 60);
        for (long seed = 0; seed < 5; seed++)
        {
            ImageDataset data = DatasetReader.Open(_folder.File("t.csv"), new DatasetOptions { Seed = seed });
            string[][] groups = [.. new[] { data.Train, data.Validation, data.Test }.Select(GroupsOf)];
            Assert.Equal(20, groups.Sum(g => g.Length));
            Assert.Equal(20, groups.SelectMany(g => g).Distinct().Count());
            Assert.InRange(data.Validation.Count, 6, 12);
            Assert.InRange(data.Test.Count, 6, 12);
            Assert.Equal(2, Labels(data.Test).Distinct().Count());
        }

        static string[] GroupsOf(IImageSource split) =>
            [.. Enumerable.Range(0, split.Count).Select(i => $"g{int.Parse(Path.GetFileNameWithoutExtension(split.Name(i)), null) / 3}")
                .Distinct()];
    }

    [Fact]
    public void Groups_across_given_splits_are_reported()
    {
        Write("t.csv", "path,label,split,group\n", i => $"img/00{i}.png,{i % 2},{(i < 4 ? "train" : i < 6 ? "val" : "test")},g{i / 4}\n",
            8);
        Assert.Contains(DatasetReader.Open(_folder.File("t.csv")).Warnings,
            w => w.StartsWith("1 groups have images in more than one split (g1)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a.csv", "path,label\nimg/000.png,\n", "line 2 has no label")]
    [InlineData("a.csv", "path,label\nimg/000.png\n", "line 2 has no label")]
    [InlineData("a.csv", "path,label\nimg/000.png,a\n,b\n", "line 3 names no image")]
    [InlineData("a.csv", "path,animal\nimg/000.png,a\n",
        "has no column of labels (label, class, labels, target ...); its columns: path, animal")]
    [InlineData("a.csv", "pth,label\nimg/000.png,a\n", "has no column of images")]
    [InlineData("a.csv", "path,path,label\n", "has the column 'path' twice")]
    [InlineData("a.csv", "path,label,split\nimg/000.png,a,extra\n", "line 2 has split 'extra'")]
    [InlineData("a.csv", "path,label,split\nimg/000.png,a,test\n", "there is no train split, only test")]
    [InlineData("a.csv", "path,label\n", "has no rows")]
    [InlineData("a.csv", "", "has no rows")]
    [InlineData("a.csv", "path,label\n\"img/000.png,a\nimg/001.png\"x,b\n", "line ")]
    [InlineData("a.csv", "path,label\nimg/\u00ff.png,a", "is not UTF-8")]
    [InlineData("a.jsonl", "{\"path\":\"img/000.png\",\"label\":null}\n", "line 1 has no label")]
    [InlineData("a.jsonl", "{\"path\":\"img/000.png\",\"label\":\"a\"}\n{\"path\n", "line 2 is not a JSON object")]
    [InlineData("a.jsonl", "[1]\n", "line 1 is not a JSON object")]
    public void Wrong_tables_are_named(string name, string text, string message)
    {
        _folder.Add(name, Encoding.Latin1.GetBytes(text));
        InputException error = Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File(name)));
        Assert.Contains(message, error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.NotNull(error.Remedy);
    }

    [Fact]
    public void Class_that_training_does_not_know_is_named()
    {
        Write("t.csv", "path,label,split\n",
            i => $"img/00{i}.png,{(i == 7 ? "zebra" : i % 2 == 0 ? "a" : "b")},{(i < 4 ? "train" : i < 6 ? "val" : "test")}\n", 8);
        Assert.Contains("The class 'zebra' has images in the test split but none in the train split.",
            Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File("t.csv"))).Message);
    }

    [Fact]
    public void Missing_image_is_a_bad_image()
    {
        Write("t.csv", "path,label,split\n",
            i => $"img/{(i == 3 ? "gone" : "00" + i)}.png,{i % 2},{(i < 4 ? "train" : i < 6 ? "val" : "test")}\n", 8);
        Assert.EndsWith("gone.png",
            Assert.Single(Preflight.Check(DatasetReader.Open(_folder.File("t.csv")), BadImagePolicy.Skip).BadImages).Name);
    }

    private static int[] Labels(IImageSource split) => [.. Enumerable.Range(0, split.Count).Select(split.Label)];

    private string Names(string text) => _folder.Add("names.txt", Encoding.UTF8.GetBytes(text));

    private void Write(string name, string head, Func<int, string> line, int count) =>
        _folder.Add(name, Encoding.UTF8.GetBytes(head + string.Concat(Enumerable.Range(0, count).Select(line))));
}

using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Tests.Data;

/// <summary>Properties of every layout.</summary>
public sealed class DatasetReaderTests : IDisposable
{
    private static readonly string[] Scripts = ["猫", "собака", "כלב", "😀 smile", "e\u0301", "é"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("csv")]
    [InlineData("tsv")]
    [InlineData("jsonl")]
    [InlineData("zip")]
    [InlineData("tar")]
    public void Names_of_any_script_are_read_from_every_layout(string layout)
    {
        foreach (string name in Scripts)
            _folder.Images($"画像/{name}", 3);
        // One class in either of Unicode's forms.
        string[] classes = [.. Scripts.Select(UnicodeText.Composed).Distinct().Order(StringComparer.Ordinal)];
        (string Class, string Path)[] images = [.. Scripts.SelectMany(s => Enumerable.Range(0, 3).Select(i => (s, $"画像/{s}/{i:000}.png")))];
        ImageDataset data = DatasetReader.Open(Write(layout, images));
        Assert.Equal(classes, data.Classes);
        Assert.Equal(5, classes.Length);
        Assert.Equal(18, data.Train.Count + data.Validation.Count + data.Test.Count);
        Assert.Empty(Preflight.Check(data).BadImages);
    }

    [Theory]
    [InlineData("csv", "csv")]
    [InlineData("jsonl", "jsonl")]
    [InlineData("tar", "wds")]
    public void Label_that_the_labels_file_does_not_have_is_named(string layout, string prefix)
    {
        _folder.Images("a", 4).Images("b", 4);
        (string Class, string Path)[] images =
            [.. new[] { "a", "b" }.SelectMany(c => Enumerable.Range(0, 4).Select(i => (c, $"{c}/{i:000}.png")))];
        string file = Write(layout, images), names = _folder.Add("names", "a\nc\n"u8.ToArray());
        InputException error = Assert.Throws<InputException>(() => DatasetReader.Open($"{prefix}:{file}?labels={names}"));
        Assert.Contains("The label 'b' is not in", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    private string Write(string layout, (string Class, string Path)[] images)
    {
        string file = _folder.File("集." + layout);
        byte[] Bytes(string path) => File.ReadAllBytes(_folder.File(path));
        switch (layout)
        {
            case "zip":
                using (ZipArchive zip = ZipFile.Open(file, ZipArchiveMode.Create))
                {
                    foreach ((string _, string path) in images)
                        zip.CreateEntryFromFile(_folder.File(path), path);
                }

                break;
            case "tar":
                using (var tar = new TarWriter(File.Create(file)))
                {
                    foreach ((string name, string path) in images)
                    {
                        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Bytes(path)) });
                        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile,
                            Path.ChangeExtension(path, ".cls"))
                        { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(name)) });
                    }
                }

                break;
            case "jsonl":
                File.WriteAllLines(file,
                    images.Select(i => System.Text.Json.JsonSerializer.Serialize(new { path = i.Path, label = i.Class })));
                break;
            default:
                string between = layout == "tsv" ? "\t" : ",";
                File.WriteAllLines(file, [$"path{between}label", .. images.Select(i => i.Path + between + i.Class)]);
                break;
        }

        return file;
    }
}

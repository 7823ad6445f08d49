using ReMem.Data.Layouts;

namespace ReMem.Tests.Data.Layouts;

public sealed class SourceLocationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Prefix_and_query_are_taken_apart()
    {
        SourceLocation location = SourceLocation.Parse("csv:a/b.csv?image=file&label=kind&split=fold&group=patient&labels=names.txt",
            new DatasetOptions { Seed = 5 });
        Assert.Equal(("csv", "a/b.csv"), (location.Layout.Name, location.Path));
        Assert.Equal(
            new DatasetOptions
            {
                Seed = 5,
                ImageColumn = "file",
                LabelColumn = "kind",
                SplitColumn = "fold",
                GroupColumn = "patient",
                LabelsFile = "names.txt",
            },
            location.Options);
        Assert.Equal("data/t?st*.parquet", SourceLocation.Parse("parquet:data/t?st*.parquet", new DatasetOptions()).Path);
        Assert.Equal("coarse", SourceLocation.Parse("cifar100:c?label=coarse", new DatasetOptions()).Options.LabelColumn);
    }

    [Theory]
    [InlineData("a.parquet", "parquet")]
    [InlineData("a.CSV", "csv")]
    [InlineData("a.tsv", "tsv")]
    [InlineData("a.jsonl", "jsonl")]
    [InlineData("a.ndjson", "jsonl")]
    [InlineData("a.tar", "wds")]
    [InlineData("a.zip", "zip")]
    public void Files_show_their_layout(string name, string layout) => Assert.Equal(layout, Of(_folder.Add(name, [1])));

    [Theory]
    [InlineData("folder", "a/1.png", "b/1.png")]
    [InlineData("folder", "train/a/1.png", "train.csv")]
    [InlineData("parquet", "data/train.parquet")]
    [InlineData("wds", "train-000.tar")]
    [InlineData("csv", "metadata.csv", "images/1.png")]
    [InlineData("jsonl", "train/metadata.jsonl", "train/1.png")]
    [InlineData("cifar10", "data_batch_1.bin")]
    [InlineData("cifar100", "train.bin", "fine_label_names.txt")]
    [InlineData("idx", "train-images-idx3-ubyte.gz")]
    [InlineData("idx", "emnist-letters-train-images-idx3-ubyte")]
    public void Folders_show_their_layout(string layout, params string[] files)
    {
        foreach (string file in files)
            _folder.Add(file, [1]);
        Assert.Equal(layout, Of(_folder.Path));
    }

    [Fact]
    public void Patterns_show_their_layout()
    {
        Assert.Equal("wds", Of("x/train-{000..004}.tar"));
        Assert.Equal("parquet", Of("x/*.parquet"));
    }

    [Fact]
    public void Existing_path_with_a_colon_is_a_path()
    {
        _folder.Add("web:x/a/1.png", [1]);
        Assert.Equal("folder", Of(_folder.File("web:x")));
    }

    [Theory]
    [InlineData("cvs:a.csv", "did you mean 'csv'")]
    [InlineData("csv:a.csv?lable=x", "did you mean 'label'")]
    [InlineData("csv:a.csv?label=", "has no value")]
    [InlineData("csv:?label=x", "names no path")]
    [InlineData("nowhere", "does not exist")]
    public void Wrong_ones_are_named(string source, string message)
    {
        InputException error = Assert.Throws<InputException>(() => Of(source));
        Assert.Contains(message, error.Message);
        Assert.NotNull(error.Remedy);
    }

    [Fact]
    public void Other_files_are_refused() =>
        Assert.Contains("but no Parquet file, table", Assert.Throws<InputException>(() => Of(_folder.Add("a.dat", [1]))).Message);

    private static string Of(string source) => SourceLocation.Parse(source, new DatasetOptions()).Layout.Name;
}

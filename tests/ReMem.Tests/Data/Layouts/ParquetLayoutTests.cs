using System.Globalization;
using System.Text.Json;
using Parquet;
using Parquet.Schema;
using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Layouts;
using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Layouts;

public sealed class ParquetLayoutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("train.parquet", "validation.parquet", "test.parquet", 0)]
    [InlineData("data/train-00000-of-00001.parquet", "data/validation-00000-of-00001.parquet", "data/test-00000-of-00001.parquet", 0)]
    [InlineData("default/train/0000.parquet", "default/val/0000.parquet", "default/test/0000.parquet", 0)]
    [InlineData("train.parquet", "validation.parquet", "test.parquet", long.MaxValue)]
    public async Task HuggingFace_layout_is_read(string train, string val, string test, long memory)
    {
        byte[][] images = Images(6);
        await WriteAsync(train, images, [2, 0, 1, 2, 0, 1], ["cat", "dog", "ant"], rowGroup: 4);
        await WriteAsync(val, Images(3), [0, 1, 2], ["cat", "dog", "ant"]);
        await WriteAsync(test, Images(3), [0, 1, 2], ["cat", "dog", "ant"]);
        ImageDataset data = DatasetReader.Open(_folder.Path, new DatasetOptions { MemoryBytes = memory });
        Assert.Equal(["cat", "dog", "ant"], data.Classes);
        Assert.Equal((6, 3, 3), (data.Train.Count, data.Validation.Count, data.Test.Count));
        for (int i = 0; i < 6; i++)
            Assert.Equal(images[i], data.Train.Read(i));
        Assert.Equal([2, 0, 1, 2, 0, 1], Enumerable.Range(0, 6).Select(data.Train.Label));
        Assert.EndsWith($"{Path.GetFileName(train)} row 5", data.Train.Name(5));
        Assert.Empty(data.Warnings);
        Assert.Equal(12, CountOf("**/*.parquet"));
        Assert.Equal(12, CountOf(train.Replace("train", "*", StringComparison.Ordinal)));
        Assert.Equal(9, CountOf(train.Replace("train", "t?*", StringComparison.Ordinal)));

        int CountOf(string glob)
        {
            ImageDataset found = DatasetReader.Open(_folder.File(glob));
            return found.Train.Count + found.Validation.Count + found.Test.Count;
        }
    }

    [Fact]
    public async Task Binary_column_and_text_labels()
    {
        await WriteTextAsync("train-0.parquet", Images(4), ["dog", "cat", "dog", "cat"]);
        await WriteTextAsync("train-1.parquet", Images(2), ["ant", "dog"]);
        await WriteTextAsync("valid.parquet", Images(2), ["cat", "ant"]);
        await WriteTextAsync("test.parquet", Images(1), ["dog"]);
        ImageDataset data = DatasetReader.Open(_folder.Path);
        Assert.Equal(["ant", "cat", "dog"], data.Classes);
        Assert.Equal([2, 1, 2, 1, 0, 2], Enumerable.Range(0, 6).Select(data.Train.Label));
        Assert.Contains(data.Warnings,
            w => w.Contains("2 of 3 classes have no image in the test split: ant, cat.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Numbers_without_names_are_classes_in_numeric_order()
    {
        await WriteAsync("train.parquet", Images(3), [10, 9, 2], null);
        await WriteAsync("val.parquet", Images(3), [10, 9, 2], null);
        await WriteAsync("test.parquet", Images(3), [2, 9, 10], null);
        ImageDataset data = DatasetReader.Open(_folder.Path);
        Assert.Equal(["2", "9", "10"], data.Classes);
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 3).Select(data.Test.Label));
    }

    [Fact]
    public async Task Splits_with_other_class_orders_are_matched_by_name()
    {
        await WriteAsync("train.parquet", Images(2), [0, 1], ["cat", "dog"]);
        await WriteAsync("val.parquet", Images(2), [0, 1], ["dog", "cat"]);
        await WriteAsync("test.parquet", Images(2), [0, 1], null);
        ImageDataset data = DatasetReader.Open(_folder.Path);
        Assert.Equal([1, 0], Enumerable.Range(0, 2).Select(data.Validation.Label));
        Assert.Equal([0, 1], Enumerable.Range(0, 2).Select(data.Test.Label));
    }

    [Fact]
    public async Task Train_and_test_alone_carve_validation()
    {
        await WriteAsync("train.parquet", Images(20), [.. Enumerable.Range(0, 20).Select(i => (long?)(i % 2))], ["a", "b"]);
        await WriteAsync("test.parquet", Images(2), [0, 1], ["a", "b"]);
        ImageDataset data = DatasetReader.Open(_folder.Path);
        Assert.Equal((16, 4, 2), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Contains("no val split", Assert.Single(data.Warnings));
    }

    [Fact]
    public async Task Required_columns_of_small_integers_are_read()
    {
        DataField image = new("img", typeof(byte[]), isNullable: false);
        DataField<int> label = new("fine_label");
        byte[][] images = Images(9);
        await using (FileStream stream = File.Create(_folder.File("all.parquet")))
        {
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(image, label), stream);
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(image, images);
            await group.WriteAsync<int>(label, new[] { 4, 5, 4, 5, 4, 5, 4, 5, 4 });
            group.CompleteValidate();
        }

        ImageDataset data = DatasetReader.Open(_folder.File("all.parquet"));
        Assert.Equal(["4", "5"], data.Classes);
        Assert.All(Enumerable.Range(0, data.Train.Count), i => Assert.Contains(data.Train.Read(i), images));
    }

    [Fact]
    public async Task Groups_stay_in_one_split()
    {
        DataField image = new("image", typeof(byte[]), isNullable: false);
        DataField<int> label = new("label"), group = new("patient");
        await using (FileStream stream = File.Create(_folder.File("all.parquet")))
        {
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(image, label, group), stream);
            using ParquetRowGroupWriter rows = writer.CreateRowGroup();
            await rows.WriteAsync(image, Images(40));
            await rows.WriteAsync<int>(label, Enumerable.Range(0, 40).Select(i => i / 20).ToArray());
            await rows.WriteAsync<int>(group, Enumerable.Range(0, 40).Select(i => i / 4).ToArray());
            rows.CompleteValidate();
        }

        ImageDataset data = DatasetReader.Open($"parquet:{_folder.File("all.parquet")}?group=patient");
        int[][] patients = [.. new[] { data.Train, data.Validation, data.Test }.Select(split =>
            Enumerable.Range(0, split.Count).Select(i => int.Parse(split.Name(i).Split(' ')[^1], CultureInfo.InvariantCulture) / 4)
                .Distinct().ToArray())];
        Assert.Equal(10, patients.Sum(p => p.Length));
        Assert.Equal(10, patients.SelectMany(p => p).Distinct().Count());
        Assert.Contains("has no column 'doctor'",
            Assert.Throws<InputException>(() => DatasetReader.Open($"parquet:{_folder.File("all.parquet")}?group=doctor")).Message);
    }

    [Fact]
    public async Task One_file_is_divided_by_seed()
    {
        string file = await WriteAsync("flowers.parquet", Images(20), [.. Enumerable.Range(0, 20).Select(i => (long?)(i % 2))], ["a", "b"]);
        ImageDataset data = DatasetReader.Open(file);
        Assert.Equal((12, 4, 4), (data.Train.Count, data.Validation.Count, data.Test.Count));
    }

    [Fact]
    public async Task Class_without_training_image_is_named()
    {
        await WriteAsync("train.parquet", Images(2), [0, 1], ["a", "b", "c"]);
        await WriteAsync("test.parquet", Images(1), [2], ["a", "b", "c"]);
        AssertBad("The class 'c' has no image in the train split.");
    }

    [Fact]
    public async Task Class_that_training_does_not_know_is_named()
    {
        await WriteAsync("train.parquet", Images(2), [0, 1], ["a", "b"]);
        await WriteAsync("test.parquet", Images(1), [0], ["zebra", "a"]);
        AssertBad("The class 'zebra' has images in the test split but none in the train split.");
    }

    [Fact]
    public async Task Labels_outside_the_class_names_are_named()
    {
        await WriteAsync("train.parquet", Images(3), [0, 1, 7], ["a", "b"]);
        AssertBad("row 2 has label 7, but there are 2 class names");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(-1L)]
    public async Task Unlabelled_rows_are_named(long? label)
    {
        await WriteAsync("train.parquet", Images(2), [0, 1], ["a", "b"]);
        await WriteAsync("test.parquet", Images(2), [0, label], ["a", "b"]);
        AssertBad("row 1 has no label");
    }

    [Fact]
    public async Task Row_without_bytes_is_a_bad_image_and_shifts_no_label()
    {
        byte[]?[] images = Images(20);
        images[3] = null;
        await WriteAsync("train.parquet", images!, [.. Enumerable.Range(0, 20).Select(i => (long?)(i % 2))], ["a", "b"]);
        foreach (long memory in new[] { 0, long.MaxValue })
        {
            ImageDataset data = DatasetReader.Open(_folder.Path, new DatasetOptions { MemoryBytes = memory });
            PreflightResult result = Preflight.Check(data, BadImagePolicy.Skip);
            Assert.EndsWith("train.parquet row 3", Assert.Single(result.BadImages).Name);
            foreach (IImageSource split in new[] { result.Dataset.Train, result.Dataset.Validation, result.Dataset.Test })
            {
                for (int i = 0; i < split.Count; i++)
                {
                    int row = int.Parse(split.Name(i).Split(' ')[^1], CultureInfo.InvariantCulture);
                    Assert.Equal(images[row], split.Read(i));
                    Assert.Equal(row % 2, split.Label(i));
                }
            }
        }
    }

    [Fact]
    public async Task Missing_columns_are_named_with_those_that_are_there()
    {
        await WriteTextAsync("train.parquet", Images(1), ["a"], "picture", "label");
        AssertBad("has no column 'image'");
        AssertBad("its columns: picture, label");
        await WriteTextAsync("train.parquet", Images(1), ["a"], "image", "name");
        AssertBad("has no column 'label'");
    }

    [Fact]
    public async Task Named_columns_are_read()
    {
        await WriteTextAsync("train.parquet", Images(9), ["a", "b", "a", "b", "a", "b", "a", "b", "a"], "picture", "kind");
        Assert.Equal(["a", "b"],
            DatasetReader.Open(_folder.Path, new DatasetOptions { ImageColumn = "picture", LabelColumn = "kind" }).Classes);
    }

    [Fact]
    public async Task Damaged_files_are_named()
    {
        string file = await WriteAsync("train.parquet", Images(9), [0, 1, 0, 1, 0, 1, 0, 1, 0], ["a", "b"]);
        byte[] whole = File.ReadAllBytes(file);
        File.WriteAllBytes(file, whole[..(whole.Length / 2)]);
        AssertBad("train.parquet' cannot be read as Parquet");
        File.WriteAllBytes(file, []);
        AssertBad("train.parquet' is empty (0 bytes)");
        File.WriteAllBytes(file, "no parquet at all, only text that is long enough"u8.ToArray());
        AssertBad("train.parquet' cannot be read as Parquet");
    }

    [Fact]
    public async Task Sources_that_name_nothing_are_refused()
    {
        await WriteAsync("test.parquet", Images(1), [0], ["a", "b"]);
        AssertBad("there is no train split, only test");
        Assert.Contains("No file matches",
            Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File("train-*.parquet"))).Message);
        Assert.Contains("does not exist",
            Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File("nowhere/*.parquet"))).Message);
        string text = _folder.Add("labels.dat", [65]);
        Assert.Contains("no Parquet file", Assert.Throws<InputException>(() => DatasetReader.Open(text)).Message);
        Assert.Contains("no Parquet file", Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File("l*"))).Message);
    }

    [Fact]
    public void Committed_emoji_are_read_in_their_order()
    {
        ImageDataset data = DatasetReader.Open(Path.Combine(Repository.Root, "demo", "emoji"));
        Assert.Equal("Smileys & Emotion", data.Classes[0]);
        Assert.Equal((1324, 332, 551), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal(32, ImageDecoder.Decode(data.Train.Read(0), data.Train.Name(0)).Width);
    }

    private static byte[][] Images(int count) => [.. Enumerable.Range(0, count).Select(i => TestImages.Encode(4 + i, 5, i))];

    private void AssertBad(string message)
    {
        InputException error = Assert.Throws<InputException>(() => DatasetReader.Open(_folder.Path));
        Assert.Contains(message, error.Message);
        Assert.False(string.IsNullOrEmpty(error.Remedy));
    }

    private async Task<string> WriteAsync(string name, byte[][] images, long?[] labels, string[]? classes, int rowGroup = int.MaxValue)
    {
        DataField<byte[]> bytes = new("bytes");
        DataField<string> path = new("path");
        DataField<long?> label = new("label");
        string file = _folder.Add(name, []);
        await using FileStream stream = File.Create(file);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(new StructField("image", bytes, path), label),
            stream);
        if (classes is not null)
        {
            object features = new { image = new { _type = "Image" }, label = new { names = classes, _type = "ClassLabel" } };
            writer.CustomMetadata = new Dictionary<string, string>
            {
                ["huggingface"] = JsonSerializer.Serialize(new { info = new { features } }),
            };
        }

        for (int at = 0; at < images.Length; at += Math.Min(rowGroup, images.Length))
        {
            Range rows = at..Math.Min(images.Length, at + Math.Min(rowGroup, images.Length));
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(bytes, images[rows]);
            await group.WriteAsync(path, images[rows].Select((_, i) => $"{i}.png").ToArray());
            await group.WriteAsync<long>(label, labels[rows]);
            group.CompleteValidate();
        }

        return file;
    }

    private async Task WriteTextAsync(string name, byte[][] images, string[] labels, string imageColumn = "image",
        string labelColumn = "label")
    {
        DataField<byte[]> image = new(imageColumn);
        DataField<string> label = new(labelColumn);
        await using FileStream stream = File.Create(_folder.Add(name, []));
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(image, label), stream);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        await group.WriteAsync(image, images);
        await group.WriteAsync(label, labels);
        group.CompleteValidate();
    }
}

using ReMem.Data;
using ReMem.Data.Layouts;
using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Layouts;

public sealed class FolderLayoutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("val")]
    [InlineData("validation")]
    public void Split_folders_are_read_with_their_classes(string val)
    {
        _folder.Images("train/b", 3).Images("train/B", 2).Images("train/a", 4).Images($"{val}/a", 1).Images($"{val}/b", 1)
            .Images($"{val}/B", 1)
            .Images("test/a", 2).Images("test/b", 1).Images("test/B", 1);
        ImageDataset data = DatasetReader.Open(_folder.Path);
        Assert.Equal(["B", "a", "b"], data.Classes);
        Assert.Equal((9, 3, 4), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal([0, 0, 1, 1, 1, 1, 2, 2, 2], Labels(data.Train));
        Assert.EndsWith(Path.Combine("train", "a", "000.png"), data.Train.Name(2));
        Assert.Equal(File.ReadAllBytes(data.Train.Name(2)), data.Train.Read(2));
        Assert.Empty(data.Warnings);
        Assert.DoesNotContain(Path.DirectorySeparatorChar, data.Description);
    }

    [Fact]
    public void Whole_folder_is_divided_class_by_class()
    {
        _folder.Images("a", 20).Images("b", 40).Images("c", 3).Images("d", 1);
        ImageDataset data = DatasetReader.Open(_folder.Path, new DatasetOptions { ValFraction = 0.1, TestFraction = 0.2 });
        Assert.Equal(["a", "b", "c", "d"], data.Classes);
        int[] Per(IImageSource split) => [.. Enumerable.Range(0, 4).Select(c => Labels(split).Count(l => l == c))];
        Assert.Equal([14, 28, 1, 1], Per(data.Train));
        Assert.Equal([2, 4, 1, 0], Per(data.Validation));
        Assert.Equal([4, 8, 1, 0], Per(data.Test));
        string[] all = [.. Names(data.Train), .. Names(data.Validation), .. Names(data.Test)];
        Assert.Equal(64, all.Distinct().Count());
        Assert.Contains(data.Warnings,
            w => w.Contains("not split", StringComparison.Ordinal) && w.Contains("seed 0", StringComparison.Ordinal));
        Assert.Contains(data.Warnings, w => w.Contains("test split: d.", StringComparison.Ordinal));

        Assert.Equal(Names(data.Test),
            Names(DatasetReader.Open(_folder.Path, new DatasetOptions { ValFraction = 0.1, TestFraction = 0.2 }).Test));
        Assert.NotEqual(Names(data.Test),
            Names(DatasetReader.Open(_folder.Path, new DatasetOptions { ValFraction = 0.1, TestFraction = 0.2, Seed = 1 }).Test));
    }

    [Fact]
    public void Missing_validation_is_taken_from_training_and_reported()
    {
        _folder.Images("train/a", 20).Images("train/b", 20).Images("test/a", 2).Images("test/b", 2);
        ImageDataset data = DatasetReader.Open(_folder.Path);
        Assert.Equal((34, 6, 4), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Contains("no val split", Assert.Single(data.Warnings));
    }

    [Fact]
    public void Class_absent_from_validation_only_warns()
    {
        _folder.Images("train/a", 2).Images("train/b", 2).Images("val/a", 1).Images("test/a", 1).Images("test/b", 1);
        Directory.CreateDirectory(_folder.File("val/b"));
        string warning = Assert.Single(DatasetReader.Open(_folder.Path).Warnings);
        Assert.Equal("1 of 2 classes have no image in the val split: b.", warning);
    }

    [Theory]
    [InlineData("train/b")]
    [InlineData("b")]
    public void Class_without_training_image_is_named(string empty)
    {
        _folder.Images(empty.Replace('b', 'a'), 9).Images(empty.Replace('b', 'c'), 9);
        if (empty.StartsWith("train", StringComparison.Ordinal))
            _folder.Images("test/a", 1).Images("test/b", 1);
        _folder.Add($"{empty}/notes.txt", [1]);
        AssertBad("The class 'b' has no image in the");
    }

    [Theory]
    [InlineData("val")]
    [InlineData("test")]
    public void Class_that_training_does_not_know_is_named(string split)
    {
        _folder.Images("train/a", 2).Images("train/b", 2).Images("val/a", 1).Images("test/a", 1).Images($"{split}/zebra", 1);
        AssertBad($"The class 'zebra' has images in the {split} split but none in the train split.");
    }

    [Fact]
    public void Other_files_are_counted_and_hidden_ones_are_not()
    {
        _folder.Images("train/a", 2).Images("train/b", 2).Images("val/a", 1).Images("val/b", 1).Images("test/a", 1).Images("test/b", 1)
            .Images("docs", 1);
        _folder.Add("train/a/notes.txt", [1]);
        _folder.Add("train/a/deep/more.csv", [1]);
        _folder.Add("train/a/deep/photo.JPG", TestImages.CmykJpeg);
        _folder.Add("train/a/.DS_Store", [1]);
        _folder.Add("train/b/.hidden.png", [1]);
        _folder.Add("train/loose.png", [1]);
        _folder.Add("train/.cache/x.png", [1]);
        ImageDataset data = DatasetReader.Open(_folder.Path);
        Assert.Equal(5, data.Train.Count);
        Assert.Contains(data.Warnings,
            w => w.StartsWith("2 files in", StringComparison.Ordinal) && w.Contains("more.csv", StringComparison.Ordinal));
        Assert.Contains(data.Warnings, w => w.StartsWith("1 images lie in", StringComparison.Ordinal));
        Assert.Contains(
            data.Warnings, w => w.Contains("docs", StringComparison.Ordinal) && w.Contains("is not a split", StringComparison.Ordinal));
        Assert.Equal(3, data.Warnings.Count);
    }

    [Fact]
    public void Missing_folder_is_named()
    {
        InputException error = Assert.Throws<InputException>(() => DatasetReader.Open(_folder.File("nowhere")));
        Assert.Contains("nowhere' does not exist", error.Message);
    }

    [Fact]
    public void Empty_folder_is_named() => AssertBad("is empty");

    [Fact]
    public void Images_without_class_folders_are_not_taken_for_a_dataset()
    {
        _folder.Add("1.png", TestImages.Encode(4, 4, 0));
        AssertBad("holds 1 images but no class folders");
    }

    [Fact]
    public void Split_folders_without_classes_are_not_taken_for_classes()
    {
        _folder.Images("train", 3).Images("test", 3);
        AssertBad("holds 3 images but no class folders");
    }

    [Fact]
    public void Class_named_as_a_split_is_a_class()
    {
        _folder.Images("train", 9).Images("plane", 9);
        Assert.Equal(["plane", "train"], DatasetReader.Open(_folder.Path).Classes);
    }

    [Fact]
    public void Held_out_folders_alone_are_refused()
    {
        _folder.Images("val/a", 1).Images("test/a", 1);
        AssertBad("there is no train split, only val and test");
    }

    [Fact]
    public void Two_folders_of_one_split_are_refused()
    {
        _folder.Images("train/a", 1).Images("val/a", 1).Images("validation/a", 1);
        AssertBad("are both the val split");
    }

    [Fact]
    public void One_class_is_refused()
    {
        _folder.Images("only", 5);
        AssertBad("one class only, 'only'");
    }

    [Fact]
    public void Too_few_images_for_a_split_are_refused()
    {
        _folder.Images("a", 1).Images("b", 1);
        AssertBad("split of 'image folder");
    }

    [Fact]
    public void Empty_held_out_split_is_refused()
    {
        _folder.Images("train/a", 2).Images("train/b", 2).Images("val/a", 1);
        Directory.CreateDirectory(_folder.File("test/a"));
        AssertBad("The test split holds no image.");
    }

    [Fact]
    public void Image_that_vanished_is_named()
    {
        _folder.Images("a", 9).Images("b", 9);
        ImageDataset data = DatasetReader.Open(_folder.Path);
        File.Delete(data.Train.Name(0));
        Assert.Contains(data.Train.Name(0), Assert.Throws<InputException>(() => data.Train.Read(0)).Message);
    }

    [Theory]
    [InlineData(0.5, 0.45, "0.5 + 0.45")]
    [InlineData(0, 0.2, "ValFraction")]
    [InlineData(0.2, 1.5, "TestFraction")]
    public void Fractions_out_of_range_are_named(double val, double test, string message) => Assert.Contains(
        message,
        Assert.Throws<InputException>(() =>
            DatasetReader.Open(_folder.Path, new DatasetOptions { ValFraction = val, TestFraction = test })).Message);

    private static int[] Labels(IImageSource split) => [.. Enumerable.Range(0, split.Count).Select(split.Label)];

    private static string[] Names(IImageSource split) => [.. Enumerable.Range(0, split.Count).Select(split.Name)];

    private void AssertBad(string message)
    {
        InputException error = Assert.Throws<InputException>(() => DatasetReader.Open(_folder.Path));
        Assert.Contains(message, error.Message);
        Assert.False(string.IsNullOrEmpty(error.Remedy));
    }
}

using ReMem.Data;

namespace ReMem.Tests.Data;

public sealed class ScoredImagesTests : IDisposable
{
    private static readonly string[] Classes = ["ant", "bee", "cat", "dog"];
    private readonly TemporaryFolder _folder = new();

    public ScoredImagesTests() => CaseFiles.Unpack("evaluate", _folder.Path, "");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("flat", null, "all", 24)]
    [InlineData("flat", "test", "test", 4)]
    [InlineData("testonly", null, "test", 24)]
    [InlineData("two", null, "test", 24)]
    [InlineData("two", "val", "val", 24)]
    [InlineData("two", "all", "all", 72)]
    public void What_there_is_is_scored(string name, string? split, string scored, int count)
    {
        ScoredImages images = ScoredImages.Open(_folder.File(name), split, Classes);
        Assert.Equal((scored, count), (images.Split, images.Images.Count));
        for (int i = 0; i < count; i++)
            Assert.Contains($"{Path.DirectorySeparatorChar}{Classes[images.Images.Label(i)]}{Path.DirectorySeparatorChar}",
                images.Images.Name(i));
    }

    [Fact]
    public void A_whole_that_is_not_split_is_reported() =>
        Assert.Contains(ScoredImages.Open(_folder.File("flat"), null, Classes).Warnings,
            w => w.Contains("all 24 images are scored", StringComparison.Ordinal));

    [Fact]
    public void Some_of_the_classes_are_matched_by_name()
    {
        string[] order = ["dog", "cat", "bee", "ant"];
        foreach (string? split in new[] { null, "all", "test" })
        {
            ScoredImages images = ScoredImages.Open(_folder.File("sub"), split, order);
            int[] labels = [.. Enumerable.Range(0, images.Images.Count).Select(images.Images.Label).Distinct().Order()];
            Assert.Equal(2, labels.Length);
            Assert.All(Enumerable.Range(0, images.Images.Count),
                i => Assert.Contains(order[images.Images.Label(i)], images.Images.Name(i)));
        }
    }

    [Fact]
    public void Unknown_classes_are_one_sentence()
    {
        InputException one =
            Assert.Throws<InputException>(() => ScoredImages.Open(_folder.File("flat"), null, ["ant", "bee", "cats", "dog"]));
        Assert.Equal("The model does not know the class 'cat' of the data set; did you mean 'cats'?", one.Message);
        InputException several = Assert.Throws<InputException>(() => ScoredImages.Open(_folder.File("testonly"), null, ["ant", "zebra"]));
        Assert.Contains("3 of the 4 classes (bee, cat, dog)", several.Message);
        Assert.Contains("ant, zebra", several.Remedy);
    }

    [Fact]
    public void Names_in_other_forms_and_WordNet_ids_are_matched()
    {
        _folder.Images("uni/cafe\u0301", 2).Images("uni/n01440764", 2);
        ScoredImages images = ScoredImages.Open(_folder.File("uni"), null, ["tench, Tinca tinca", "caf\u00e9"]);
        Assert.Equal([1, 1, 0, 0], Enumerable.Range(0, 4).Select(images.Images.Label));
    }

    [Fact]
    public void One_class_alone_is_scored()
    {
        _folder.Images("single/cat", 3);
        Assert.Equal([2, 2, 2], Enumerable.Range(0, 3).Select(ScoredImages.Open(_folder.File("single"), null, Classes).Images.Label));
    }

    [Fact]
    public void What_is_not_there_is_reported()
    {
        Assert.Contains("only test",
            Assert.Throws<InputException>(() => ScoredImages.Open(_folder.File("testonly"), "val", Classes)).Message);
        Assert.Contains("did you mean 'test'",
            Assert.Throws<InputException>(() => ScoredImages.Open(_folder.File("two"), "tset", Classes)).Message);
        Directory.CreateDirectory(_folder.File("nothing/test/cat"));
        Assert.Contains("holds no image",
            Assert.Throws<InputException>(() => ScoredImages.Open(_folder.File("nothing"), null, Classes)).Message);
    }
}

using ReMem.Data;

namespace ReMem.Tests.Data;

public sealed class ScoredImagesTests : IDisposable
{
    private static readonly string[] Classes = ["ant", "bee", "cat", "dog"];
    private readonly TempFolder _folder = new();

    public ScoredImagesTests() => CaseFiles.Unpack("evaluate", _folder.Root, "");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("flat", null, "all", 24)]
    [InlineData("flat", "test", "test", 4)]
    [InlineData("testonly", null, "test", 24)]
    [InlineData("two", null, "test", 24)]
    [InlineData("two", "val", "val", 24)]
    [InlineData("two", "all", "all", 72)]
    public void WhatThereIsIsScored(string name, string? split, string scored, int count)
    {
        ScoredImages images = ScoredImages.Open(_folder.At(name), split, Classes);
        Assert.Equal((scored, count), (images.Split, images.Images.Count));
        for (int i = 0; i < count; i++)
            Assert.Contains($"{Path.DirectorySeparatorChar}{Classes[images.Images.Label(i)]}{Path.DirectorySeparatorChar}", images.Images.Name(i));
    }

    [Fact]
    public void AWholeThatIsNotSplitIsSaidToBe() =>
        Assert.Contains(ScoredImages.Open(_folder.At("flat"), null, Classes).Warnings, w => w.Contains("all 24 images are scored", StringComparison.Ordinal));

    [Fact]
    public void SomeOfTheClassesAreMatchedByName()
    {
        string[] order = ["dog", "cat", "bee", "ant"];
        foreach (string? split in new[] { null, "all", "test" })
        {
            ScoredImages images = ScoredImages.Open(_folder.At("sub"), split, order);
            int[] labels = [.. Enumerable.Range(0, images.Images.Count).Select(images.Images.Label).Distinct().Order()];
            Assert.Equal(2, labels.Length);
            Assert.All(Enumerable.Range(0, images.Images.Count), i => Assert.Contains(order[images.Images.Label(i)], images.Images.Name(i)));
        }
    }

    [Fact]
    public void UnknownClassesAreOneSentence()
    {
        InputException one = Assert.Throws<InputException>(() => ScoredImages.Open(_folder.At("flat"), null, ["ant", "bee", "cats", "dog"]));
        Assert.Equal("The model does not know the class 'cat' of the data set; did you mean 'cats'?", one.Message);
        InputException several = Assert.Throws<InputException>(() => ScoredImages.Open(_folder.At("testonly"), null, ["ant", "zebra"]));
        Assert.Contains("3 of the 4 classes (bee, cat, dog)", several.Message);
        Assert.Contains("ant, zebra", several.Remedy);
    }

    [Fact]
    public void NamesInOtherFormsAndWordNetIdsAreMatched()
    {
        _folder.Images("uni/cafe\u0301", 2).Images("uni/n01440764", 2);
        ScoredImages images = ScoredImages.Open(_folder.At("uni"), null, ["tench, Tinca tinca", "caf\u00e9"]);
        Assert.Equal([1, 1, 0, 0], Enumerable.Range(0, 4).Select(images.Images.Label));
    }

    [Fact]
    public void OneClassAloneIsScored()
    {
        _folder.Images("single/cat", 3);
        Assert.Equal([2, 2, 2], Enumerable.Range(0, 3).Select(ScoredImages.Open(_folder.At("single"), null, Classes).Images.Label));
    }

    [Fact]
    public void WhatIsNotThereIsSaid()
    {
        Assert.Contains("only test", Assert.Throws<InputException>(() => ScoredImages.Open(_folder.At("testonly"), "val", Classes)).Message);
        Assert.Contains("did you mean 'test'", Assert.Throws<InputException>(() => ScoredImages.Open(_folder.At("two"), "tset", Classes)).Message);
        Directory.CreateDirectory(_folder.At("nothing/test/cat"));
        Assert.Contains("holds no image", Assert.Throws<InputException>(() => ScoredImages.Open(_folder.At("nothing"), null, Classes)).Message);
    }
}

using ReMem.Data;

namespace ReMem.Tests.Data;

public sealed class DiskTreeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LinksInACircleAreNotEntered()
    {
        _folder.Images("a", 9).Images("b", 9);
        Directory.CreateSymbolicLink(_folder.At("a/back"), _folder.Root);
        Directory.CreateSymbolicLink(_folder.At("a/self"), _folder.At("a"));
        Directory.CreateSymbolicLink(_folder.At("b/one"), _folder.At("b/two"));
        Directory.CreateSymbolicLink(_folder.At("b/two"), _folder.At("b/one"));
        ImageDataset data = DatasetReader.Open(_folder.Root);
        Assert.Equal(18, Names(data).Length);
        Assert.Contains(data.Warnings, w => w.Contains("leads back to a folder above it", StringComparison.Ordinal));
    }

    [Fact]
    public void LinkedFoldersAreRead()
    {
        using var other = new TempFolder();
        other.Images("photos", 9);
        _folder.Images("a", 9);
        Directory.CreateSymbolicLink(_folder.At("b"), other.At("photos"));
        ImageDataset data = DatasetReader.Open(_folder.Root);
        Assert.Equal(["a", "b"], data.Classes);
        Assert.Equal(18, Names(data).Length);
        Assert.Empty(Preflight.Check(data).BadImages);
    }

    [Fact]
    public void NamesOfAnyScriptAreRead()
    {
        string[] names = ["猫", "собака", "כלב", "😀 smile", "a'b\"c", "e\u0301", "é", "x&y<z>"];
        foreach (string name in names)
            _folder.Images(name, 3);
        ImageDataset data = DatasetReader.Open(_folder.Root);
        Assert.Equal(names.Order(StringComparer.Ordinal), data.Classes);
        Assert.Empty(Preflight.Check(data).BadImages);
    }

    private static string[] Names(ImageDataset data) =>
        [.. new[] { data.Train, data.Validation, data.Test }.SelectMany(s => Enumerable.Range(0, s.Count).Select(s.Name))];
}

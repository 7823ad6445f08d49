using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Sources;

public sealed class EncodedStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gives_back_what_was_added(bool inFile)
    {
        using var store = new EncodedStore(inFile ? _folder.Path : null);
        byte[]?[] images = [.. Enumerable.Range(0, 300).Select(i => i % 7 == 3 ? null : Enumerable.Repeat((byte)i, i * 11).ToArray())];
        foreach (byte[]? image in images)
            store.Add(image);
        Parallel.For(0, images.Length, i => Assert.Equal(images[i], store[i]));
        if (!OperatingSystem.IsWindows())
            Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public void Folder_that_cannot_be_written_is_named()
    {
        InputException error = Assert.Throws<InputException>(() => new EncodedStore(_folder.File("nowhere")));
        Assert.Contains("nowhere", error.Message);
    }
}

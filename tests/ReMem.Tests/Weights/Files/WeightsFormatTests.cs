using System.Text;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Files;

public sealed class WeightsFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS pointer")]
    [InlineData("<!DOCTYPE html><html>", "web page")]
    [InlineData("\n<html>", "web page")]
    [InlineData("\u0089HDF\r\n\u001a\n", "a format that remem does not read")]
    [InlineData("abc", "a format that remem does not read")]
    [InlineData("\u0080\u0004\u0095", "torch.save did not write")]
    [InlineData("", "it is empty")]
    public void What_is_no_weights_file_is_recognised_by_its_first_bytes(string start, string text)
    {
        string path = _folder.File("weights.bin");
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(start));
        InputException e = Assert.Throws<InputException>(() => WeightsFile.Open(path));
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
        Assert.Equal(path, e.Where);
    }

    [Fact]
    public void An_archive_of_the_first_PyTorch_is_reported()
    {
        byte[] tar = new byte[1024];
        "ustar"u8.CopyTo(tar.AsSpan(257));
        File.WriteAllBytes(_folder.File("old.pth"), tar);
        Assert.Contains("older than 0.2", Assert.Throws<InputException>(() => WeightsFile.Open(_folder.File("old.pth"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_format_is_recognised_by_content_not_by_name()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(_folder.File("a.pth"), new Dictionary<string, Tensor> { ["x"] = ones(2) });
        PickleWriter.WriteState(_folder.File("b.safetensors"), new Dictionary<string, Tensor> { ["x"] = ones(2) });
        using WeightsFile a = WeightsFile.Open(_folder.File("a.pth")), b = WeightsFile.Open(_folder.File("b.safetensors"));
        Assert.Equal(("safetensors", "PyTorch zip archive"), (a.Format, b.Format));
        Assert.True(Goldens.Same(a.Read("x"), b.Read("x")));
        Assert.Contains("no tensor 'y'", Assert.Throws<InputException>(() => a.Read("y")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_means_the_weights_in_it()
    {
        Assert.Contains("no weights file", Assert.Throws<InputException>(() => WeightsFile.Open(_folder.Path)).Message,
            StringComparison.Ordinal);
        using var scope = NewDisposeScope();
        PickleWriter.WriteState(_folder.File("pytorch_model.bin"), new Dictionary<string, Tensor> { ["x"] = ones(2) });
        using (WeightsFile file = WeightsFile.Open(_folder.Path))
            Assert.Equal(_folder.File("pytorch_model.bin"), file.Path);
        Assert.Contains("does not exist", Assert.Throws<InputException>(() => WeightsFile.Open(_folder.File("none.pth"))).Message,
            StringComparison.Ordinal);
    }
}

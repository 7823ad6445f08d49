using System.Diagnostics;
using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Tests.Data.Sources;

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
        // One class in either of Unicode's forms.
        Assert.Equal(names.Select(UnicodeText.Composed).Distinct().Order(StringComparer.Ordinal), data.Classes);
        Assert.Equal(7, data.Classes.Count);
        Assert.Empty(Preflight.Check(data).BadImages);
    }

    /// <summary>What cannot be an image, or can only be waited for, is one bad image by name and stops nobody.</summary>
    [Theory]
    [InlineData("touch \"$(printf '\\377\\376').png\"", "cannot be read")]
    [InlineData("mkfifo pipe.png", "is a pipe, not a file")]
    [InlineData("mkfifo .pipe; ln -s .pipe pipe.png", "is a pipe, not a file")]
    [InlineData("ln -s /dev/zero zeros.png", "is a device, not a file")]
    [InlineData("ln -s nowhere.png gone.png", "cannot be read")]
    [InlineData("ln -s self.png self.png", "cannot be read")]
    [InlineData("ln -s two.png one.png; ln -s one.png two.jpg; mkdir two.png", null)]
    public void OddEntriesAreToldByName(string script, string? message)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links, pipes and names as Unix has them");
        _folder.Images("a", 9).Images("b", 9);
        Shell(script);
        ImageDataset data = DatasetReader.Open(_folder.Root);
        IReadOnlyList<BadImage> bad = Preflight.Check(data, BadImagePolicy.Skip).BadImages;
        if (message is null)
            Assert.All(bad, b => Assert.Contains("cannot be read", b.Reason));
        else
            Assert.Contains(message, Assert.Single(bad).Reason);
        Assert.Equal(18 + bad.Count, Names(data).Length);

        // .NET cannot delete what is named in no Unicode.
        Shell("rm -rf ./*");

        void Shell(string line)
        {
            using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", line]) { WorkingDirectory = _folder.At("a") })!;
            shell.WaitForExit();
        }
    }

    private static string[] Names(ImageDataset data) =>
        [.. new[] { data.Train, data.Validation, data.Test }.SelectMany(s => Enumerable.Range(0, s.Count).Select(s.Name))];
}

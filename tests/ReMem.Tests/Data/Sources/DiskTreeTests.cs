using System.Diagnostics;
using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Tests.Data.Sources;

public sealed class DiskTreeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Links_in_a_circle_are_not_entered()
    {
        _folder.Images("a", 9).Images("b", 9);
        Directory.CreateSymbolicLink(_folder.File("a/back"), _folder.Path);
        Directory.CreateSymbolicLink(_folder.File("a/self"), _folder.File("a"));
        Directory.CreateSymbolicLink(_folder.File("b/one"), _folder.File("b/two"));
        Directory.CreateSymbolicLink(_folder.File("b/two"), _folder.File("b/one"));
        ImageDataset data = DatasetReader.Open(_folder.Path);
        Assert.Equal(18, Names(data).Length);
        Assert.Contains(data.Warnings, w => w.Contains("leads back to a folder above it", StringComparison.Ordinal));
    }

    [Fact]
    public void Linked_folders_are_read()
    {
        using var other = new TemporaryFolder();
        other.Images("photos", 9);
        _folder.Images("a", 9);
        Directory.CreateSymbolicLink(_folder.File("b"), other.File("photos"));
        ImageDataset data = DatasetReader.Open(_folder.Path);
        Assert.Equal(["a", "b"], data.Classes);
        Assert.Equal(18, Names(data).Length);
        Assert.Empty(Preflight.Check(data).BadImages);
    }

    [Fact]
    public void Names_of_any_script_are_read()
    {
        string[] names = ["猫", "собака", "כלב", "😀 smile", "a'b\"c", "e\u0301", "é", "x&y<z>"];
        foreach (string name in names)
            _folder.Images(name, 3);
        ImageDataset data = DatasetReader.Open(_folder.Path);
        // One class in either of Unicode's forms.
        Assert.Equal(names.Select(UnicodeText.Composed).Distinct().Order(StringComparer.Ordinal), data.Classes);
        Assert.Equal(7, data.Classes.Count);
        Assert.Empty(Preflight.Check(data).BadImages);
    }

    /// <summary>Entries that are not images, or block when opened, are each one bad image by name and do not stop the rest.</summary>
    [Theory]
    [InlineData("touch \"$(printf '\\377\\376').png\"", "cannot be read")]
    [InlineData("mkfifo pipe.png", "is a pipe, not a file")]
    [InlineData("mkfifo .pipe; ln -s .pipe pipe.png", "is a pipe, not a file")]
    [InlineData("ln -s /dev/zero zeros.png", "is a device, not a file")]
    [InlineData("ln -s nowhere.png gone.png", "cannot be read")]
    [InlineData("ln -s self.png self.png", "cannot be read")]
    [InlineData("ln -s two.png one.png; ln -s one.png two.jpg; mkdir two.png", null)]
    public void Odd_entries_are_reported_by_name(string script, string? message)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links, pipes and names as Unix has them");
        _folder.Images("a", 9).Images("b", 9);
        Shell(script);
        ImageDataset data = DatasetReader.Open(_folder.Path);
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
            using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", line]) { WorkingDirectory = _folder.File("a") })!;
            shell.WaitForExit();
        }
    }

    private static string[] Names(ImageDataset data) =>
        [.. new[] { data.Train, data.Validation, data.Test }.SelectMany(s => Enumerable.Range(0, s.Count).Select(s.Name))];
}

using System.Diagnostics;
using System.Net.Sockets;
using ReMem.Data;
using ReMem.Recipes;
using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class InputFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_no_file_is_refused_before_it_is_opened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes and devices of Unix");
        string pipe = Pipe("pipe");
        string link = _folder.File("link");
        File.CreateSymbolicLink(link, pipe);
        Assert.Equal("a pipe", FileKind.Other(pipe));
        Assert.Equal("a pipe", FileKind.Other(link));
        Assert.Equal("a device", FileKind.Other("/dev/zero"));
        Assert.Equal("a folder", FileKind.Other(_folder.Path));
        Assert.Null(FileKind.Other(_folder.File("nothing")));
        Assert.Contains("is a pipe, not a file", Assert.Throws<InputException>(() => RecipeReader.Read(pipe)).Message,
            StringComparison.Ordinal);
        Assert.Contains("is a device, not a file", Assert.Throws<InputException>(() => RecipeReader.Read("/dev/zero")).Message,
            StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<InputException>(() => RecipeReader.Read(_folder.Path)).Message,
            StringComparison.Ordinal);
        foreach (string name in new[] { "data.csv", "data.jsonl", "data.zip", "data.tar", "data.parquet" })
            Assert.Contains("is a pipe", Assert.Throws<InputException>(() => DatasetReader.Open(Pipe(name))).Message,
                StringComparison.Ordinal);
        foreach (string name in new[] { "a.safetensors", "a.pth", "a.npz" })
            Assert.Contains("is a pipe",
                Assert.Throws<InputException>(() => global::ReMem.Weights.Files.WeightsFile.Open(Pipe(name))).Message,
                StringComparison.Ordinal);
        Assert.Contains("is a device",
            Assert.Throws<InputException>(() => global::ReMem.Evaluation.Predictor.ReadLabels("/dev/zero")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_larger_than_its_kind_is_refused()
    {
        string file = _folder.File("x");
        File.WriteAllText(file, "12345");
        Assert.Equal(5, InputFile.ReadAllBytes(file, "list", 5).Length);
        Assert.Contains(
            "larger than the limit of 4 B", Assert.Throws<InputException>(() => InputFile.ReadAllBytes(file, "list", 4)).Message,
            StringComparison.Ordinal);
        Assert.Equal("The list does not exist.",
            Assert.Throws<InputException>(() => InputFile.ReadAllBytes(_folder.File("y"), "list", 4)).Message);
    }

    [Fact]
    public void Lists_of_names_have_a_smaller_limit_and_cost_no_more_than_their_names()
    {
        string file = _folder.File("labels.txt");
        File.WriteAllText(file, " cat \r\n\ndog\n");
        Assert.Equal(["cat", "dog"], InputFile.ReadNames(file, "labels file"));
        Assert.Equal([" cat ", "", "dog"], InputFile.ReadLines(file, "labels file"));
        File.WriteAllBytes(file, [.. Enumerable.Repeat((byte)'\n', (int)InputFile.MaxNamesBytes)]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Empty(InputFile.ReadNames(file, "labels file"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 * InputFile.MaxNamesBytes);
        File.WriteAllBytes(file, new byte[InputFile.MaxNamesBytes + 1]);
        foreach (Action read in new Action[] { () => InputFile.ReadNames(file, "labels file"),
            () => global::ReMem.Evaluation.Predictor.ReadLabels(file) })
            Assert.Contains(
                "The labels file is larger than the limit of 16.8 MB", Assert.Throws<InputException>(read).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_file_is_never_replaced()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes, sockets and devices of Unix");
        string pipe = Pipe("pipe"), socket = _folder.File("socket");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socket));
        foreach ((string path, string kind) in new[] { (pipe, "a pipe"), (socket, "a socket"), ("/dev/null", "a device") })
        {
            Assert.Contains($"it is {kind}, not a file", Assert.Throws<InputException>(() => AtomicFile.WriteAllText(path, "x")).Message,
                StringComparison.Ordinal);
            Assert.Equal(kind, FileKind.Other(path));
        }

        Assert.Throws<InputException>(() =>
            AtomicFile.WriteTogether(_folder.Path, "pipe", stage => File.WriteAllText(Path.Combine(stage, "pipe"), "x")));
        Assert.Equal("a pipe", FileKind.Other(pipe));
        Assert.Throws<InputException>(() => AtomicFile.WriteAllText("a\0b", "x"));
    }

    [Fact]
    public void A_link_stays_and_its_target_is_written()
    {
        Assert.SkipUnless(!OperatingSystem.IsWindows(), "links need rights on Windows");
        string target = _folder.File("target"), link = _folder.File("link"), new_ = _folder.File("dangling"), loop = _folder.File("loop");
        File.WriteAllText(target, "old");
        File.CreateSymbolicLink(link, "target");
        File.CreateSymbolicLink(new_, _folder.File("not-yet"));
        File.CreateSymbolicLink(loop, loop);
        AtomicFile.WriteAllText(link, "new");
        AtomicFile.WriteAllText(new_, "made");
        AtomicFile.WriteTogether(_folder.Path, "key", stage =>
        {
            File.WriteAllText(Path.Combine(stage, "key"), "k");
            File.WriteAllText(Path.Combine(stage, "link"), "newer");
        });
        Assert.Equal("newer", File.ReadAllText(target));
        Assert.Equal("target", new FileInfo(link).LinkTarget);
        Assert.Equal("made", File.ReadAllText(_folder.File("not-yet")));
        Assert.Contains(
            "is a link without a target", Assert.Throws<InputException>(() => AtomicFile.WriteAllText(loop, "x")).Message,
            StringComparison.Ordinal);
    }

    private string Pipe(string name)
    {
        string path = _folder.File(name);
        using Process process = Process.Start("mkfifo", path);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return path;
    }
}

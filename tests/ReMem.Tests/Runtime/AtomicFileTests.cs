using System.Diagnostics;
using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Text_is_utf8_without_a_mark_in_a_folder_that_is_made()
    {
        string path = Path.Combine(_folder.Path, "a", "b", "report.json");
        AtomicFile.WriteAllText(path, "é");
        Assert.Equal([0xC3, 0xA9], File.ReadAllBytes(path));
    }

    [Fact]
    public void An_existing_file_is_replaced_whole()
    {
        string path = _folder.File("x");
        AtomicFile.WriteAllText(path, "a long first text");
        AtomicFile.WriteAllBytes(path, new byte[] { 1, 2 });
        Assert.Equal([1, 2], File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_writer_that_throws_leaves_the_old_file_and_no_other()
    {
        string path = _folder.File("x");
        AtomicFile.WriteAllText(path, "old");
        var thrown = Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException("stopped");
        }));
        Assert.Equal("stopped", thrown.Message);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void The_target_is_untouched_until_the_writer_is_done()
    {
        string path = _folder.File("x");
        AtomicFile.WriteAllText(path, "old");
        AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(path));
        });
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void A_folder_in_the_way_is_one_clear_line_and_leaves_no_temporary()
    {
        string path = _folder.File("taken");
        Directory.CreateDirectory(path);
        var error = Assert.Throws<InputException>(() => AtomicFile.WriteAllText(path, "x"));
        Assert.Equal($"Cannot write '{path}': a folder of that name exists.", error.Message);
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_file_where_a_folder_should_be_is_an_input_error()
    {
        string file = _folder.File("file");
        File.WriteAllText(file, "x");
        var error = Assert.Throws<InputException>(() => AtomicFile.WriteAllText(Path.Combine(file, "inside"), "x"));
        Assert.StartsWith("Cannot write '", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Remedy);
    }

    [Fact]
    public void Permission_denied_is_reported_in_words()
    {
        InputException error = AtomicFile.CannotWrite("/x/y", new UnauthorizedAccessException());
        Assert.Equal("Cannot write '/x/y': permission denied.", error.Message);
    }

    [Fact]
    public void A_full_disk_says_no_space_left_and_leaves_no_temporary()
    {
        string mount = _folder.File("small");
        Directory.CreateDirectory(mount);
        if (!OperatingSystem.IsLinux() || !Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mount))
            Assert.Skip("a small file system cannot be mounted here");
        try
        {
            var error = Assert.Throws<InputException>(() => AtomicFile.WriteAllBytes(Path.Combine(mount, "big"), new byte[1 << 20]));
            Assert.EndsWith("no space left.", error.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(mount));
        }
        finally
        {
            Run("umount", mount);
        }
    }

    [Fact]
    public void A_device_that_is_always_full_is_named_so()
    {
        if (!File.Exists("/dev/full"))
            Assert.Skip("there is no /dev/full here");
        var cause = Assert.ThrowsAny<IOException>(() =>
        {
            using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write);
            full.Write(new byte[1 << 16]);
            full.Flush(true);
        });
        Assert.Equal("Cannot write 'big': no space left.", AtomicFile.CannotWrite("big", cause).Message);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process =
                Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

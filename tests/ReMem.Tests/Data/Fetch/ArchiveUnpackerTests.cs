using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using ReMem.Data.Fetch;

namespace ReMem.Tests.Data.Fetch;

public sealed class ArchiveUnpackerTests : IDisposable
{
    private static readonly byte[] Text = "hello"u8.ToArray();
    private readonly TemporaryFolder _folder = new();

    private string Target => _folder.File("in/out");

    [Theory]
    [InlineData("a.tar.gz")]
    [InlineData("a.tgz")]
    [InlineData("a.zip")]
    public void Files_come_out_with_their_content_and_hidden_ones_do_not(string name)
    {
        (string, byte[])[] files = [("top/one.txt", Text), ("./top/deep/er/zwei ü.txt", [1, 2, 3]), ("top/._one.txt", Text),
            ("__MACOSX/x", Text), ("top/empty", [])];
        Unpack(name, name.EndsWith("zip", StringComparison.Ordinal) ? Archives.Zip(files) : Archives.TarGz(files));
        Assert.Equal(["top/deep/er/zwei ü.txt", "top/empty", "top/one.txt"], Found());
        Assert.Equal(Text, File.ReadAllBytes(Path.Combine(Target, "top", "one.txt")));
    }

    [Fact]
    public void Only_what_is_wanted_comes_out()
    {
        Directory.CreateDirectory(Target);
        new ArchiveUnpacker(_folder.Add("a.tgz", Archives.TarGz(("a/list.txt", Text), ("a/mask.png", Text))), Target, new UnpackLimits(),
            p => p == "a/list.txt").Run();
        Assert.Equal(["a/list.txt"], Found());
    }

    [Theory]
    [InlineData("../evil.txt")]
    [InlineData("a/../../evil.txt")]
    [InlineData("/evil.txt")]
    [InlineData("..\\evil.txt")]
    [InlineData("C:/evil.txt")]
    [InlineData("a/\u0007evil.txt")]
    public void A_name_that_leads_out_is_refused_and_writes_nothing(string name)
    {
        foreach ((string file, byte[] archive) in new[] { ("a.zip", Archives.Zip(("ok.txt", Text), (name, Text))),
            ("a.tgz", RawTar(name)) })
        {
            Assert.Contains("leads out", Assert.Throws<InputException>(() => Unpack(file, archive)).Message);
            Assert.DoesNotContain(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories),
                f => f.Contains("evil", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Links_and_devices_are_refused()
    {
        foreach (TarEntry entry in new TarEntry[]
        {
            new PaxTarEntry(TarEntryType.SymbolicLink, "a/link") { LinkName = "../../.." },
            new PaxTarEntry(TarEntryType.HardLink, "a/link") { LinkName = "/etc/passwd" },
        })
        {
            Assert.Contains("link", Assert.Throws<InputException>(() => Unpack("a.tar.gz", Archives.TarGz([entry]))).Message);
        }

        Assert.Contains("link",
            Assert.Throws<InputException>(() => Unpack("a.zip", Archives.Zip([("l", "/etc"u8.ToArray())], link: "l"))).Message);
        Assert.Contains("neither file nor folder",
            Assert.Throws<InputException>(() => Unpack("a.tgz", Archives.TarGz([new PaxTarEntry(TarEntryType.Fifo, "pipe")]))).Message);
        Assert.Empty(Found());
    }

    [Theory]
    [InlineData("a.tar.gz")]
    [InlineData("a.zip")]
    public void A_bomb_stops_at_the_ratio_and_at_the_size(string name)
    {
        byte[] zeros = new byte[40 << 20];
        byte[] archive = name.EndsWith("zip", StringComparison.Ordinal) ? Archives.Zip(("zeros", zeros)) : Archives.TarGz(("zeros", zeros));
        Assert.True(archive.Length < 300_000);
        Assert.Contains("unpacks to more than", Assert.Throws<InputException>(() => Unpack(name, archive)).Message);
        Assert.InRange(Directory.EnumerateFiles(Target, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length), 0,
            1 + (1 << 20) + (archive.Length * 50));
        Assert.Contains("more than 1.",
            Assert.Throws<InputException>(() => Unpack(name, archive, new UnpackLimits(Bytes: 1_500_000, Ratio: 1000))).Message);
        Unpack(name, archive, new UnpackLimits(Ratio: 2000));
    }

    [Fact]
    public void A_zip_that_lies_about_a_length_gives_no_more_than_it_says()
    {
        byte[] archive = Archives.Zip(("zeros", new byte[8 << 20]));
        // The length of the only entry, in its central directory.
        int central = archive.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BitConverter.GetBytes(10).CopyTo(archive, central + 24);
        try
        {
            Unpack("a.zip", archive);
        }
        catch (ReMemException)
        {
            // Refused or shortened: either is safe.
        }

        Assert.InRange(Directory.EnumerateFiles(Target).Sum(f => new FileInfo(f).Length), 0, 3 << 20);
    }

    [Fact]
    public void Too_many_entries_are_refused()
    {
        byte[] archive = Archives.Zip([.. Enumerable.Range(0, 30).Select(i => ($"{i}.txt", Text))]);
        Assert.Contains("more than 20 entries",
            Assert.Throws<InputException>(() => Unpack("a.zip", archive, new UnpackLimits(Entries: 20))).Message);
    }

    [Theory]
    [InlineData("a.tar.gz")]
    [InlineData("a.zip")]
    public void A_cut_or_foreign_file_is_reported(string name)
    {
        var random = new Random(1);
        byte[] noise = new byte[100_000];
        random.NextBytes(noise);
        byte[] archive = name.EndsWith("zip", StringComparison.Ordinal) ? Archives.Zip(("x", noise)) : Archives.TarGz(("x", noise));
        Assert.Contains("cut short or damaged",
            Assert.ThrowsAny<ReMemException>(() => Unpack(name, archive[..(archive.Length / 2)])).Message);
        Assert.Contains("cut short or damaged",
            Assert.ThrowsAny<ReMemException>(() => Unpack(name, "no archive at all, but words"u8.ToArray())).Message);
    }

    public void Dispose() => _folder.Dispose();

    private void Unpack(string name, byte[] archive, UnpackLimits? limits = null)
    {
        if (Directory.Exists(Target))
            Directory.Delete(Target, recursive: true);
        Directory.CreateDirectory(Target);
        new ArchiveUnpacker(_folder.Add(name, archive), Target, limits ?? new UnpackLimits()).Run();
    }

    private string[] Found() =>
        [.. Directory.EnumerateFiles(Target, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Target, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>A tar of one entry, whose writer does not look at the name.</summary>
    private static byte[] RawTar(string name)
    {
        byte[] header = new byte[512];
        Encoding.UTF8.GetBytes(name).CopyTo(header, 0);
        Encoding.ASCII.GetBytes("0000644\0" + "0000000\0" + "0000000\0" + "00000000005\0" + "00000000000\0" + "        0").CopyTo(header,
            100);
        Encoding.ASCII.GetBytes("ustar\0" + "00").CopyTo(header, 257);
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        byte[] body = new byte[512];
        Text.CopyTo(body, 0);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write([.. header, .. body, .. new byte[1024]]);
        return packed.ToArray();
    }
}

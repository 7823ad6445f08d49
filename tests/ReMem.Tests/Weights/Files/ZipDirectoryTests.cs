using System.Buffers.Binary;
using System.IO.Compression;
using ReMem.Runtime;
using ReMem.Weights.Files;

namespace ReMem.Tests.Weights.Files;

public sealed class ZipDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Entries_are_found_behind_a_comment_and_unpacked()
    {
        string path = _folder.File("a.zip");
        PickleWriter.WriteZip(path, [("a", "aaaa"u8.ToArray()), ("../b", new byte[1000])], CompressionLevel.Optimal);
        using (var zip = ZipFile.Open(path, ZipArchiveMode.Update))
            zip.Comment = "PK\u0005\u0006, a comment that looks like a directory";
        using MappedFile file = MappedFile.Open(path, "zip archive");
        IReadOnlyDictionary<string, ZipEntry> entries = ZipDirectory.Read(file);
        Assert.Equal(["a", "../b"], entries.Keys);
        byte[] bytes = new byte[3];
        ZipDirectory.Unpack(file, entries["a"], bytes, skip: 1);
        Assert.Equal("aaa"u8.ToArray(), bytes);
        Assert.Equal(1000, entries["../b"].Length);
    }

    [Theory]
    [InlineData("directory says two entries share their bytes", "overlaps")]
    [InlineData("entry twice", "occurs twice")]
    [InlineData("claims too much", "states 4000000000 bytes")]
    [InlineData("encrypted", "encrypted")]
    [InlineData("far away", "reaches past the end")]
    [InlineData("no local header", "has no header")]
    [InlineData("directory outside", "is outside the file")]
    [InlineData("damaged directory", "directory is damaged")]
    [InlineData("no directory", "cut short")]
    public void A_forged_directory_is_refused(string what, string text)
    {
        string path = _folder.File("a.zip");
        PickleWriter.WriteZip(path, [("a", new byte[300]), ("b", new byte[300])], CompressionLevel.Optimal);
        byte[] zip = File.ReadAllBytes(path);
        int end = zip.Length - 22, first = BinaryPrimitives.ReadInt32LittleEndian(zip.AsSpan(end + 16)), second = first + 47;
        void Set32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(at), value);
        switch (what)
        {
            case "entry twice":
                zip[second + 46] = (byte)'a';
                break;
            case "claims too much":
                Set32(first + 24, 4_000_000_000);
                break;
            case "encrypted":
                zip[first + 8] |= 1;
                break;
            case "far away":
                Set32(first + 42, 1 << 20);
                break;
            case "no local header":
                Set32(first + 42, 1);
                break;
            case "directory outside":
                Set32(end + 16, 1 << 20);
                break;
            case "damaged directory":
                zip[first] = 0;
                break;
            case "no directory":
                zip = zip[..^1];
                break;
            default:
                Set32(second + 42, 0);
                break;
        }

        File.WriteAllBytes(path, zip);
        using MappedFile file = MappedFile.Open(path, "zip archive");
        Assert.Contains(text, Assert.Throws<InputException>(() => ZipDirectory.Read(file)).Message, StringComparison.Ordinal);
    }
}

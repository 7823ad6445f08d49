using System.Formats.Tar;
using System.Text;
using ReMem.Data.Layouts;

namespace ReMem.Tests.Data.Layouts;

public class TarListingTests
{
    [Theory]
    [InlineData(TarEntryFormat.V7, 60)]
    [InlineData(TarEntryFormat.Ustar, 150)]
    [InlineData(TarEntryFormat.Pax, 400)]
    [InlineData(TarEntryFormat.Gnu, 400)]
    public void Names_places_and_bytes_are_those_of_the_library_that_wrote_them(TarEntryFormat format, int length)
    {
        string name = string.Concat(Enumerable.Repeat("folder/é-", 60))[..length] + "/x.png";
        if (format is TarEntryFormat.V7 or TarEntryFormat.Ustar)
            name = name.Replace('é', 'e');
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, format, leaveOpen: true))
        {
            Add(tar, format, TarEntryType.Directory, "folder/", null);
            Add(tar, format, format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile, name, "content");
            Add(tar, format, TarEntryType.SymbolicLink, "link", null);
        }

        foreach (Stream stream in new Stream[] { new MemoryStream(bytes.ToArray()), new Unseekable(bytes.ToArray()) })
        {
            var listing = new TarListing(stream);
            Assert.Equal((TarKind.Folder, "folder/"), (listing.Next() is var f ? f!.Kind : default, f!.Name));
            TarItem file = listing.Next()!;
            Assert.Equal((TarKind.File, name, 7L), (file.Kind, file.Name, file.Length));
            byte[] content = new byte[100];
            Assert.Equal("content", Encoding.UTF8.GetString(content, 0, listing.Read(file, content)));
            Assert.Equal(0, listing.Read(file, content));
            Assert.Equal("content", Encoding.UTF8.GetString(bytes.ToArray(), (int)file.Offset, 7));
            Assert.Equal(TarKind.Link, listing.Next()!.Kind);
            Assert.False(listing.IsWhole);
            Assert.Null(listing.Next());
            Assert.True(listing.IsWhole);
        }
    }

    [Fact]
    public void A_changed_header_is_refused()
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
            Add(tar, TarEntryFormat.Ustar, TarEntryType.RegularFile, "x", "content");
        byte[] damaged = bytes.ToArray();
        damaged[3] = (byte)'y';
        Assert.Throws<InvalidDataException>(() => new TarListing(new MemoryStream(damaged)).Next());
        Assert.Throws<EndOfStreamException>(() => new TarListing(new MemoryStream(bytes.ToArray()[..300])).Next());
    }

    private static void Add(TarWriter tar, TarEntryFormat format, TarEntryType type, string name, string? content)
    {
        TarEntry entry = format switch
        {
            TarEntryFormat.V7 => new V7TarEntry(type, name),
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            TarEntryFormat.Gnu => new GnuTarEntry(type, name),
            _ => new PaxTarEntry(type, name),
        };
        if (type == TarEntryType.SymbolicLink)
            entry.LinkName = "x";
        if (content is not null)
            entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content));
        tar.WriteEntry(entry);
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}

using ReMem.Fuzz;

namespace ReMem.Tests.Fuzz;

/// <summary>Files that once crashed a reader, filled the memory or never ended: each is refused in one sentence, or read.</summary>
public sealed class CasesTests : IDisposable
{
    private const string Read = "";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("recipe", "yaml-deep-dash.yaml", "nested more than 32 levels deep")]
    [InlineData("recipe", "yaml-deep-flow.yaml", "nested more than 32 levels deep")]
    [InlineData("recipe", "yaml-deep-flow-3000.yaml", "nested more than 32 levels deep")]
    [InlineData("recipe", "yaml-complex-key.yaml", "has a key that is not plain text")]
    [InlineData("recipe", "yaml-alias-self.yaml", "'data.source' is a block")]
    [InlineData("recipe", "yaml-dup.yaml", "Duplicate key")]
    [InlineData("recipe", "yaml-laughs.yaml", "Unknown key 'a'")]
    [InlineData("recipe", "yaml-null-method.yaml", "'methods' is null")]
    [InlineData("recipe", "F-recipe-argument.yaml", "is not valid YAML")]
    [InlineData("recipe", "F-recipe-invalidop.yaml", "is not valid YAML")]
    [InlineData("override", "F-override-null.txt", "The objective '' cannot be read")]
    [InlineData("parquet", "F-parquet-hang.parquet", "cannot be read as Parquet: its metadata is damaged")]
    [InlineData("zip", "F-min-zip.zip", "is not a zip, or is truncated")]
    [InlineData("zip", "F-zip-escape.zip", "leads out of the archive")]
    [InlineData("unpack-zip", "F-zip-escape.zip", "leads out of the archive")]
    [InlineData("csv", "F-csv-nul.csv", "by a path with a NUL in it")]
    [InlineData("csv", "F-min-csv.csv", "by a path with a NUL in it")]
    [InlineData("cifar-names", "F-cifar-dupnames.txt", "have 'dog' twice")]
    [InlineData("mat", "F-mat-zlib.mat", "cut short or damaged")]
    [InlineData("mat", "mat-laughs30.mat", "a compressed array is compressed again")]
    [InlineData("mat", "mat-laughs-wide.mat", "a compressed array is compressed again")]
    [InlineData("scan", "F-scan.json", Read)]
    [InlineData("pickle", "pkl-legacy-types.pth", Read)]
    [InlineData("cache", "cachejson-ArgumentNullException-1-101.bin", "at $.key")]
    [InlineData("cache", "cachejson-ArgumentNullException-4-101.bin", "at $.key")]
    [InlineData("result", "F-result-null.json", "at $.test")]
    [InlineData("image", "gif-65535.gif", "claims 13377 x 13377 pixels")]
    [InlineData("image", "png-13377.png", "claims 13377 x 13377 pixels")]
    [InlineData("image", "F-image-mem.bin", "claims 4610 x 37974 pixels")]
    [InlineData("image", "bmp-big.bmp", "claims 13377 x 13377 pixels")]
    [InlineData("image", "tiff-strip.tif", "a strip or tile claims ")]
    [InlineData("image", "tiff-count.tif", "a tag claims 539820033 values, more than its 758 bytes can hold")]
    [InlineData("idx", "idx-overflow-images", "more than its 16 bytes can hold")]
    [InlineData("wds", "F-wds-overflow.tar", Read)]
    [InlineData("wds", "tar-huge.tar", "is cut short")]
    [InlineData("wds", "tar-longname-2GB.tar", "is too long")]
    [InlineData("wds", "tar-pax-2GB.tar", "is too long")]
    [InlineData("wds", "tar-neg.tar", "length is impossible")]
    [InlineData("wds", "tar-pax-size-big.tar", "length is impossible")]
    [InlineData("wds", "tar-pax-size-neg.tar", "is damaged")]
    [InlineData("wds", "tar-pax-size-over.tar", "is damaged")]
    [InlineData("wds", "tar-pax-mtime-nan.tar", "has one class only")]
    [InlineData("wds", "tar-pax-mtime-big.tar", "has one class only")]
    [InlineData("wds", "tar-pax-devmajor.tar", "has one class only")]
    [InlineData("wds", "tar-symlink.tar", "holds no image")]
    [InlineData("unpack-tar", "F-untar-512MB.tar", "is too long")]
    [InlineData("unpack-tar", "F-untar-overflow.tar", "is cut short or damaged")]
    [InlineData("unpack-tar", "tar-huge.tar", "unpacks to more than")]
    [InlineData("unpack-tar", "tar-longname-2GB.tar", "is too long")]
    [InlineData("unpack-tar", "tar-neg.tar", "length is impossible")]
    [InlineData("unpack-tar", "tar-pax-path-trav.tar", "leads out of the archive")]
    [InlineData("unpack-tar", "tar-symlink.tar", "has a link")]
    [InlineData("unpack-tar", "tar-pax-mtime.tar", Read)]
    public void A_file_that_went_wrong_once_is_refused_in_one_sentence(string reader, string file, string says)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "cases", file));
        if (says == Read)
            Readers.Find(reader).Read(bytes, _folder.Path);
        else
            Assert.Contains(says, Assert.ThrowsAny<ReMemException>(() => Readers.Find(reader).Read(bytes, _folder.Path)).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void Sixty_thousand_brackets_are_refused()
    {
        byte[] deep = System.Text.Encoding.UTF8.GetBytes(new string('[', 60_000) + new string(']', 60_000));
        Assert.Contains("nested more than", Assert.Throws<InputException>(() => Readers.Find("recipe").Read(deep, _folder.Path)).Message,
            StringComparison.Ordinal);
    }
}

using System.IO.Compression;
using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Layouts;

/// <summary>Folders as systems, archives and competitions leave them.</summary>
public sealed class FolderCasesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("macosx_flat", "mac2")]
    [InlineData("synology", "nas")]
    public void What_systems_add_is_no_class_and_no_image(string archive, string name)
    {
        ImageDataset data = DatasetReader.Open(CaseFiles.Unpack(archive, _folder.Path, name));
        Assert.Equal(["cat", "dog"], data.Classes);
        Assert.Equal(16, Count(data));
        Assert.DoesNotContain(data.Warnings, w => w.Contains("extension", StringComparison.Ordinal));
    }

    [Fact]
    public void What_systems_add_to_splits_is_no_class()
    {
        ImageDataset data = DatasetReader.Open(CaseFiles.Unpack("macosx_split", _folder.Path, "macsplit"));
        Assert.Equal(["cat", "dog"], data.Classes);
        Assert.Equal((12, 12, 12), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Empty(data.Warnings);
    }

    [Theory]
    [InlineData("#recycle")]
    [InlineData(".Trash-1000")]
    [InlineData("lost+found")]
    [InlineData("System Volume Information")]
    [InlineData("$RECYCLE.BIN")]
    [InlineData("$Recycle.Bin")]
    [InlineData("@eaDir")]
    [InlineData("__MACOSX")]
    [InlineData("found.000")]
    [InlineData("thumbnails")]
    public void Systems_folders_are_ignored_on_disk_and_in_zips(string system)
    {
        _folder.Images("data/a", 9).Images("data/b", 9).Images($"data/{system}", 3).Images($"data/a/{system}", 3).Images($"data/{system}/b",
            3);
        string zip = _folder.File("data.zip");
        ZipFile.CreateFromDirectory(_folder.File("data"), zip);
        foreach (string source in new[] { _folder.File("data"), zip })
        {
            ImageDataset data = DatasetReader.Open(source);
            Assert.Equal(["a", "b"], data.Classes);
            Assert.Equal(18, Count(data));
        }
    }

    [Fact]
    public void One_folder_around_it_all_is_stepped_into()
    {
        ImageDataset data = DatasetReader.Open(CaseFiles.Unpack("wrap", _folder.Path, "wrap"));
        Assert.Equal(["cat", "dog"], data.Classes);
        Assert.Equal(12, Count(data));
        string zip = _folder.File("wrap.zip");
        ZipFile.CreateFromDirectory(_folder.File("wrap"), zip, CompressionLevel.Fastest, includeBaseDirectory: true);
        Assert.Equal(12, Count(DatasetReader.Open(zip)));
    }

    [Theory]
    [InlineData("photos/photos/train", "photos/photos/valid", "photos/photos/TEST")]
    [InlineData("x/Train", "x/dev", "x/testing")]
    [InlineData("x/training", "x/validation", "x/eval")]
    [InlineData("seg_train/seg_train", "seg_val/seg_val", "seg_test/seg_test")]
    [InlineData("train/train", "val", "test/test")]
    public void Splits_of_other_names_and_wrapped_ones_are_read(string train, string val, string test)
    {
        _folder.Images($"{train}/a", 4).Images($"{train}/b", 4).Images($"{val}/a", 1).Images($"{val}/b", 1).Images($"{test}/a", 2)
            .Images($"{test}/b", 1);
        ImageDataset data = DatasetReader.Open(_folder.Path);
        Assert.Equal((8, 2, 3), (data.Train.Count, data.Validation.Count, data.Test.Count));
    }

    [Fact]
    public void Class_whose_name_has_a_splits_word_stays_a_class()
    {
        _folder.Images("train station", 9).Images("test tube", 9);
        Assert.Equal(["test tube", "train station"], DatasetReader.Open(_folder.Path).Classes);
    }

    [Fact]
    public void Loose_test_images_are_an_unlabelled_split()
    {
        string kag = CaseFiles.Unpack("kag", _folder.Path, "kag");
        ImageDataset data = DatasetReader.Open(kag);
        Assert.Equal(["cat", "dog"], data.Classes);
        Assert.Equal(12, data.Train.Count + data.Test.Count);
        Assert.Contains(data.Warnings,
            w => w.Contains("holds 5 images without class folders", StringComparison.Ordinal)
                && w.Contains("remem predict", StringComparison.Ordinal));
        InputException error = Assert.Throws<InputException>(() => ScoredImages.Open(kag, null, ["cat", "dog"]));
        Assert.Contains("images without labels cannot be scored", error.Message);
        Assert.Equal(12, ScoredImages.Open(kag, "val", ["cat", "dog"]).Images.Count);
    }

    [Fact]
    public void Composed_and_decomposed_names_are_one_class()
    {
        ImageDataset data = DatasetReader.Open(CaseFiles.Unpack("uni", _folder.Path, "uni"));
        Assert.Equal(["caf\u00e9", "tea"], data.Classes);
        Assert.Equal((8, 8, 8), (data.Train.Count, data.Validation.Count, data.Test.Count));
        _folder.Images("both/caf\u00e9", 5).Images("both/cafe\u0301", 5).Images("both/tea", 5);
        Assert.Equal(["caf\u00e9", "tea"], DatasetReader.Open(_folder.File("both")).Classes);
        Assert.Equal(15, Count(DatasetReader.Open(_folder.File("both"))));
    }

    [Fact]
    public void TIFF_is_read()
    {
        ImageDataset only = DatasetReader.Open(CaseFiles.Unpack("tif", _folder.Path, "tif"));
        Assert.Equal(12, Count(only));
        PreflightResult checks = Preflight.Check(only, BadImagePolicy.Skip, leakage: LeakagePolicy.Warn);
        Assert.Empty(checks.BadImages);
        ImageDataset mixed = DatasetReader.Open(CaseFiles.Unpack("tifmix", _folder.Path, "tifmix"));
        Assert.Equal(21, Count(mixed));
        Assert.DoesNotContain(mixed.Warnings, w => w.Contains("ignored", StringComparison.Ordinal));
    }

    [Fact]
    public void Formats_that_are_not_read_are_counted_per_class()
    {
        _folder.Images("a", 9).Images("b", 9);
        foreach (string name in new[] { "1.HEIC", "2.heic", "3.avif" })
            _folder.Add($"a/{name}", [1]);
        string warning = Assert.Single(DatasetReader.Open(_folder.Path).Warnings, w => w.StartsWith("The class", StringComparison.Ordinal));
        Assert.Contains("The class 'a' of", warning);
        Assert.Contains("loses 3 of its 12 images: 2 .heic and 1 .avif files cannot be read.", warning);
        _folder.Add("c/1.heic", [1]);
        InputException error = Assert.Throws<InputException>(() => DatasetReader.Open(_folder.Path));
        Assert.Contains("The class 'c' of", error.Message);
        Assert.Contains("1 .heic files cannot be read", error.Message);
    }

    [Fact]
    public void Table_in_a_wrapping_folder_is_found()
    {
        _folder.Images("outer/inner/img", 8);
        _folder.Add("outer/inner/metadata.csv", System.Text.Encoding.UTF8.GetBytes(
            "file_name,label\n" + string.Concat(Enumerable.Range(0, 8).Select(i => $"img/00{i}.png,{(i % 2 == 0 ? "a" : "b")}\n"))));
        Assert.Equal(["a", "b"], DatasetReader.Open(_folder.File("outer")).Classes);
    }

    private static int Count(ImageDataset data) => data.Train.Count + data.Validation.Count + data.Test.Count;
}

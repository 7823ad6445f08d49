using System.IO.Compression;
using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Layouts;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;
using ReMem.Tests.Data.Checks;
using SkiaSharp;

namespace ReMem.Tests.Data;

public sealed class UnlabelledImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ImageDataset _data;

    public UnlabelledImagesTests()
    {
        foreach (string split in new[] { "train", "val", "test" })
            _folder.Images($"set/{split}/a", 4).Images($"set/{split}/b", 4);
        _data = DatasetReader.Open(_folder.File("set"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_of_loose_images_and_folders_is_read_whole_and_without_labels()
    {
        _folder.Images("loose", 3).Images("loose/deep/er", 2);
        File.WriteAllText(_folder.File("loose/notes.txt"), "x");
        UnlabelledImages images = Open(_folder.File("loose"));
        Assert.Equal(5, images.Images.Count);
        Assert.All(Enumerable.Range(0, 5), i => Assert.Equal(UnlabelledImages.NoLabel, images.Images.Label(i)));
        Assert.Contains("5 unlabelled images", images.ToString(), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(images.Images.Name(4)), images.Images.Read(4));
        Assert.Equal((3, 5), (images.AtMost(3, seed: 0).Images.Count, images.AtMost(0, seed: 0).Images.Count));
    }

    [Fact]
    public void A_zip_a_table_without_labels_and_a_labelled_source_are_read_alike()
    {
        _folder.Images("loose", 3);
        ZipFile.CreateFromDirectory(_folder.File("loose"), _folder.File("loose.zip"));
        File.WriteAllText(_folder.File("list.csv"), "path\nloose/000.png\nloose/001.png\n");
        File.WriteAllText(_folder.File("labelled.csv"), "path,label\nloose/000.png,cat\nloose/001.png,\nloose/002.png,dog\n");
        Assert.Equal(3, Open(_folder.File("loose.zip")).Images.Count);
        Assert.Equal(2, Open(_folder.File("list.csv")).Images.Count);
        Assert.Equal(3, Open(_folder.File("labelled.csv")).Images.Count);
    }

    [Fact]
    public void What_is_validation_test_or_labelled_is_left_out_and_counted()
    {
        // The whole data set as a source: everything in it is known.
        _folder.Images("set/more", 5);
        File.Copy(_folder.File("set/more/000.png"), _folder.File("set/more/copy.png"));
        UnlabelledImages images = Open(_folder.File("set"));
        Assert.Equal(5, images.Images.Count);
        Assert.Equal((30, 16, 9, 0), (images.Found, images.HeldOut, images.Labelled, images.Unusable));
        Assert.Contains("left out of 30: 16 show a validation or test picture, 9 are copies", images.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_retouched_test_picture_is_left_out()
    {
        RgbImage photo = NearDuplicatesTests.Photo(3, 96, 64);
        _folder.Add("big/test/a/x.png", NearDuplicatesTests.Encoded(photo, SKEncodedImageFormat.Png, 100));
        _folder.Images("big/test/b", 1).Images("big/val/a", 1).Images("big/val/b", 1).Images("big/train/a", 2).Images("big/train/b", 2);
        _folder.Images("new", 1);
        _folder.Add("new/x.jpg", NearDuplicatesTests.Encoded(photo, SKEncodedImageFormat.Jpeg, 80));
        UnlabelledImages images = Open(_folder.File("new"), DatasetReader.Open(_folder.File("big")));
        Assert.Equal((1, 1), (images.Images.Count, images.HeldOut));
        Assert.EndsWith("000.png", images.Images.Name(0), StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_is_kept_until_a_file_changes()
    {
        _folder.Images("loose", 3);
        string scans = _folder.File("scans");
        Assert.Equal(3, Open(_folder.File("loose"), scans: scans).Images.Count);
        string kept = Assert.Single(Directory.GetFiles(scans));
        File.WriteAllText(kept, File.ReadAllText(kept).Replace("\"held_out\":[]", "\"held_out\":[1]", StringComparison.Ordinal));
        Assert.Equal(2, Open(_folder.File("loose"), scans: scans).Images.Count);
        File.WriteAllText(kept, File.ReadAllText(kept).Replace("[1]", "[7]", StringComparison.Ordinal));
        Assert.Equal(3, Open(_folder.File("loose"), scans: scans).Images.Count);
        File.Copy(_folder.File("set/test/a/000.png"), _folder.File("loose/later.png"));
        Assert.Equal((3, 1), (Open(_folder.File("loose"), scans: scans).Images.Count, Open(_folder.File("loose"), scans: scans).HeldOut));
    }

    [Fact]
    public void A_broken_image_is_an_error_or_left_out()
    {
        _folder.Images("loose", 3);
        _folder.Add("loose/cut.png", TestImages.Noise(6, 5, "cut", 0)[..40]);
        InputException error = Assert.Throws<InputException>(() => Open(_folder.File("loose")));
        Assert.Contains("cut.png", error.Message, StringComparison.Ordinal);
        Assert.Equal(_folder.File("loose"), error.Where);
        UnlabelledImages images = Open(_folder.File("loose"), policy: BadImagePolicy.Skip);
        Assert.Equal((3, 1), (images.Images.Count, images.Unusable));
    }

    [Fact]
    public void A_source_with_nothing_new_or_no_image_is_an_error()
    {
        InputException known = Assert.Throws<InputException>(() => Open(_folder.File("set")));
        Assert.Contains("None of the 24 unlabelled images is new: 16 show a validation or test picture, 8 are copies", known.Message,
            StringComparison.Ordinal);
        Directory.CreateDirectory(_folder.File("none"));
        Assert.Contains("holds no image", Assert.Throws<InputException>(() => Open(_folder.File("none"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<InputException>(() => Open(_folder.File("nowhere"))).Message,
            StringComparison.Ordinal);
    }

    private UnlabelledImages Open(
        string source, ImageDataset? data = null, BadImagePolicy policy = BadImagePolicy.Fail, string? scans = null) =>
        UnlabelledImages.Open(source, new DatasetOptions(), data ?? _data, policy, 1, scans);
}

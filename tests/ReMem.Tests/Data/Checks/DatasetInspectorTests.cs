using System.Text.Json;
using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Layouts;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;
using SkiaSharp;

namespace ReMem.Tests.Data.Checks;

public sealed class DatasetInspectorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DatasetInspectorTests()
    {
        foreach ((string split, int count) in new[] { ("train", 6), ("val", 2), ("test", 2) })
        {
            foreach (string name in new[] { "a&b", "c" })
            {
                for (int i = 0; i < count; i++)
                    Add($"{split}/{name}/{i}.png", NearDuplicatesTests.Photo((split.Length * 1000) + (name.Length * 100) + i, 40 + i, 30));
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Clean_data_is_counted_and_measured()
    {
        InspectionResult result = Inspect();
        Assert.Equal([new ClassImages("a&b", 6, 2, 2), new ClassImages("c", 6, 2, 2)], result.Classes);
        Assert.Empty(result.BadImages);
        Assert.Empty(result.Duplicates);
        Assert.Empty(result.Warnings);
        SplitFacts train = result.Splits[0];
        Assert.Equal(("train", 12, 12), (train.Split, train.Images, train.Usable));
        Assert.Equal([40, 43, 45], train.Width);
        Assert.Equal([30, 30, 30], train.ShorterSide);
        Assert.Equal(12, train.Formats["PNG"]);
        byte[] pixels = [.. Directory.GetFiles(_folder.File("train"), "*.png", SearchOption.AllDirectories)
            .SelectMany(f => ImageDecoder.Decode(File.ReadAllBytes(f), f).Pixels)];
        double[] red = [.. pixels.Where((_, i) => i % 3 == 0).Select(p => p / 255.0)];
        Assert.Equal(red.Average(), result.ChannelMeans[0], 1e-9);
        Assert.Equal(Math.Sqrt(red.Average(r => r * r) - (red.Average() * red.Average())), result.ChannelDeviations[0], 1e-9);
    }

    [Fact]
    public void Duplicates_leaks_conflicts_and_bad_images_are_found()
    {
        RgbImage one = NearDuplicatesTests.Photo(70001, 60, 60), two = NearDuplicatesTests.Photo(70002, 60, 60);
        Add("train/c/one.png", one);
        Add("test/c/one again.png", one);
        Add("val/a&b/one small.png", Resampler.Resize(one, 30, 30, Interpolation.Bicubic));
        Add("train/c/two.png", two);
        _folder.Add("train/c/two.jpg", NearDuplicatesTests.Encoded(two, SKEncodedImageFormat.Jpeg, 80));
        _folder.Add("train/c/bad.png", [1]);
        InspectionResult result = Inspect();
        Assert.Equal((1, 1, 1, 1), (result.LeakedImages, result.NearLeakedImages, result.LabelConflicts, result.BadImages.Count));
        Assert.Equal(3, result.Duplicates.Count);
        DuplicateGroup exact = result.Duplicates[0];
        Assert.Equal((DuplicateKind.Exact, true, false), (exact.Kind, exact.AcrossSplits, exact.DifferentLabels));
        Assert.Equal(["train", "test"], exact.Images.Select(i => i.Split));
        DuplicateGroup across = result.Duplicates.Single(g => g.Kind == DuplicateKind.Near && g.AcrossSplits);
        Assert.Equal(["train", "val", "test"], across.Images.Select(i => i.Split));
        Assert.True(across.DifferentLabels);
        DuplicateGroup within = result.Duplicates.Single(g => !g.AcrossSplits);
        Assert.Equal(["two.jpg", "two.png"], within.Images.Select(i => Path.GetFileName(i.Name)));
        Assert.Equal(4, result.Warnings.Count);
        Assert.Contains(result.Warnings, w => w.Contains("1 pictures have several labels", StringComparison.Ordinal));

        InputException error = Assert.Throws<InputException>(() =>
            Preflight.Check(DatasetReader.Open(_folder.Path), BadImagePolicy.Skip, leakage: LeakagePolicy.Fail));
        Assert.Contains("exact copies of images in another split", error.Message);
        PreflightResult warned = Preflight.Check(DatasetReader.Open(_folder.Path), BadImagePolicy.Skip, leakage: LeakagePolicy.Warn);
        Assert.Equal((1, 1), (warned.LeakedImages, warned.NearLeakedImages));

        // Without the exact copy, only the strict policy fails.
        File.Delete(exact.Images[1].Name);
        Assert.Equal((0, 1), (Preflight.Check(DatasetReader.Open(_folder.Path), BadImagePolicy.Skip).LeakedImages,
            warned.NearLeakedImages));
        error = Assert.Throws<InputException>(() =>
            Preflight.Check(DatasetReader.Open(_folder.Path), BadImagePolicy.Skip, leakage: LeakagePolicy.Strict));
        Assert.Contains("show the same picture", error.Message);
    }

    [Fact]
    public void Formats_that_are_not_decoded_are_counted_per_class_whatever_the_files_are_called()
    {
        byte[] heic = [0, 0, 0, 24, .. "ftypheic\0\0\0\0mif1heic"u8, .. new byte[200]], avif = [0, 0, 0, 28,
            .. "ftypavif\0\0\0\0avifmif1miaf"u8, .. new byte[200]];
        byte[] jpeg2000 = [0, 0, 0, 12, .. "jP  \r\n"u8, 0x87, (byte)'\n', .. new byte[200]];
        _folder.Add("train/c/phone.jpg", heic);
        _folder.Add("train/c/phone too.png", heic);
        _folder.Add("test/c/web.jpg", avif);
        _folder.Add("val/a&b/scan.jpeg", jpeg2000);
        _folder.Add("train/a&b/damaged.jpg", [1]);
        InspectionResult result = Inspect();
        Assert.Contains("The class 'c' loses 3 of its 13 images: 2 HEIC and 1 AVIF files cannot be read. Convert them to JPEG or PNG.",
            result.Warnings);
        Assert.Contains("The class 'a&b' loses 1 of its 12 images: 1 JPEG 2000 files cannot be read. Convert them to JPEG or PNG.",
            result.Warnings);
        Assert.Empty(result.LostClasses);
        PreflightResult checks = Preflight.Check(DatasetReader.Open(_folder.Path), BadImagePolicy.Skip, leakage: LeakagePolicy.Warn);
        Assert.Contains(checks.Warnings, w => w.StartsWith("The class 'c' loses 3 of its 13 images", StringComparison.Ordinal));

        // The same from a scan that was kept, from a table and from a zip.
        string scans = _folder.File("scans");
        Directory.CreateDirectory(scans);
        ImageDataset data = DatasetReader.Open(_folder.Path);
        Assert.Equal(DatasetInspector.Inspect(data, 2, scans).Warnings, DatasetInspector.Inspect(data, 2, scans).Warnings);
        using var other = new TemporaryFolder();
        foreach (string split in new[] { "train", "val", "test" })
            _folder.CopyInto(other, split);
        System.IO.Compression.ZipFile.CreateFromDirectory(other.Path, _folder.File("set.zip"));
        Assert.Contains(DatasetInspector.Inspect(DatasetReader.Open(_folder.File("set.zip"))).Warnings,
            w => w.StartsWith("The class 'c' loses 3 of its 13 images", StringComparison.Ordinal));
    }

    [Fact]
    public void A_class_of_which_nothing_can_be_read_is_found()
    {
        foreach (string file in Directory.GetFiles(_folder.File("train/c")))
            File.WriteAllBytes(file, [1, 2, 3]);
        InspectionResult result = Inspect();
        Assert.Equal(["c"], result.LostClasses);
        Assert.Equal(
            "None of the training images of the class 'c' can be used.",
            Assert.Throws<InputException>(() => InspectionVerdict.Require(result, LeakagePolicy.Warn)).Message);
    }

    [Fact]
    public void Near_duplicates_stay_together_where_asked()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 30; i++)
        {
            RgbImage picture = NearDuplicatesTests.Photo(i, 48, 48);
            folder.Add($"{(i % 2 == 0 ? "a" : "b")}/{i}.png", NearDuplicatesTests.Encoded(picture, SKEncodedImageFormat.Png, 100));
            folder.Add($"{(i % 2 == 0 ? "a" : "b")}/{i} copy.jpg", NearDuplicatesTests.Encoded(picture, SKEncodedImageFormat.Jpeg, 80));
        }

        InspectionResult apart = DatasetInspector.Inspect(DatasetReader.Open(folder.Path));
        Assert.True(apart.NearLeakedImages > 0);
        ImageDataset data = DatasetReader.Open(folder.Path, new DatasetOptions { KeepNearDuplicatesTogether = true });
        InspectionResult together = DatasetInspector.Inspect(data);
        Assert.Equal((0, 30), (together.NearLeakedImages, together.Duplicates.Count));
        Assert.InRange(data.Test.Count, 6, 12);
    }

    [Fact]
    public void Contact_sheets_show_every_class_and_finding()
    {
        Add("test/c/copy <i>.png", ImageDecoder.Decode(File.ReadAllBytes(_folder.File("train/c/0.png")), "x"));
        _folder.Add("train/c/bad.png", [1]);
        ImageDataset data = DatasetReader.Open(_folder.Path);
        InspectionResult result = DatasetInspector.Inspect(data);
        string sheets = _folder.File("sheets/deep");
        ContactSheet.Write(sheets, data, result);
        string index = File.ReadAllText(Path.Combine(sheets, "index.html"));
        Assert.Contains("a&amp;b", index);
        Assert.Contains("copy &lt;i&gt;.png", index);
        Assert.DoesNotContain("<i>", index);
        Assert.Contains("Images that cannot be used", index);
        Assert.Contains("The same picture in several splits", index);
        string page = File.ReadAllText(Path.Combine(sheets, "class-0001.html"));
        Assert.Equal(6 + 2 + 3, page.Split("<figure>").Length - 1);
        Assert.Contains("default-src 'none'", page);
        byte[] picture = Convert.FromBase64String(page.Split("base64,")[1].Split('"')[0]);
        Assert.Equal(30, ImageDecoder.Decode(picture, "x").Height);
        InputException error = Assert.Throws<InputException>(() => ContactSheet.Write(_folder.Add("file", [1]), data, result));
        Assert.Contains("Cannot write", error.Message);
    }

    [Fact]
    public void Result_is_JSON()
    {
        using JsonDocument json = JsonDocument.Parse(ReMem.Runtime.Json.Serialize(Inspect()));
        Assert.Equal(6, json.RootElement.GetProperty("classes")[0].GetProperty("train").GetInt32());
        Assert.Equal(12, json.RootElement.GetProperty("splits")[0].GetProperty("formats").GetProperty("PNG").GetInt32());
    }

    private InspectionResult Inspect() => DatasetInspector.Inspect(DatasetReader.Open(_folder.Path));

    private void Add(string path, RgbImage image) => _folder.Add(path, NearDuplicatesTests.Encoded(image, SKEncodedImageFormat.Png, 100));
}

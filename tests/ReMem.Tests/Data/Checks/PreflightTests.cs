using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;

namespace ReMem.Tests.Data.Checks;

public sealed class PreflightTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PreflightTests() =>
        _folder.Images("train/a", 12).Images("train/b", 3).Images("val/a", 2).Images("val/b", 1).Images("test/a", 2).Images("test/b", 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Clean_dataset_passes_as_it_is_and_fills_the_cache()
    {
        ImageDataset data = DatasetReader.Open(_folder.Path);
        var cache = new DecodedImageCache();
        var seen = new Progress();
        PreflightResult result = Preflight.Check(data, BadImagePolicy.Fail, seen, cache);
        Assert.Same(data.Train, result.Dataset.Train);
        Assert.Empty(result.BadImages);
        Assert.Empty(result.Warnings);
        Assert.Equal([new ClassImages("a", 12, 2, 2), new ClassImages("b", 3, 1, 1)], result.Counts);
        Assert.Equal((4, 5, 0), (result.Imbalance, result.SmallestSide, result.LeakedImages));
        Assert.Equal(21 * 6 * 5 * 3, cache.UsedBytes);
        Assert.Equal(21, seen.Last.Total);
        Assert.Equal(21, seen.Last.Done);
    }

    [Theory]
    [InlineData("corrupt")]
    [InlineData("truncated")]
    [InlineData("zero")]
    [InlineData("text")]
    [InlineData("bomb")]
    public void Bad_image_fails_or_is_left_out_by_name(string kind)
    {
        byte[] good = TestImages.Encode(80, 60, 5);
        byte[] bad = kind switch
        {
            "corrupt" => [.. good[..60], .. new byte[good.Length - 60]],
            "truncated" => good[..(good.Length / 2)],
            "zero" => [],
            "text" => "not an image"u8.ToArray(),
            _ => TestImages.Png(60000, 60000, 8, 2, []),
        };
        _folder.Add("train/a/bad.png", bad);
        ImageDataset data = DatasetReader.Open(_folder.Path);
        InputException error = Assert.Throws<InputException>(() => Preflight.Check(data));
        Assert.Contains(Path.Combine("train", "a", "bad.png"), error.Message);
        Assert.Contains("--on-bad-image skip", error.Remedy);

        PreflightResult result = Preflight.Check(data, BadImagePolicy.Skip);
        BadImage left = Assert.Single(result.BadImages);
        Assert.Equal(("train", 12), (left.Split, left.Index));
        Assert.Equal(15, result.Dataset.Train.Count);
        Assert.DoesNotContain(Enumerable.Range(0, 15).Select(result.Dataset.Train.Name),
            n => n.EndsWith("bad.png", StringComparison.Ordinal));
        Assert.Contains("1 of 22 images are left out", Assert.Single(result.Dataset.Warnings));
    }

    [Fact]
    public void Several_bad_images_are_counted()
    {
        _folder.Add("train/a/bad.png", []);
        _folder.Add("test/b/bad.png", []);
        InputException error = Assert.Throws<InputException>(() => Preflight.Check(DatasetReader.Open(_folder.Path)));
        Assert.StartsWith("2 of 23 images cannot be used. The first:", error.Message);
    }

    [Fact]
    public void Odd_but_sound_images_pass()
    {
        _folder.Add("train/a/dot.png", TestImages.Encode(1, 1, 0));
        _folder.Add("train/a/cmyk.jpg", TestImages.CmykJpeg);
        _folder.Add("train/b/deep.png", TestImages.Png(2, 1, 16, 2, new byte[12]));
        _folder.Add("train/b/gif-named.jpg", TestImages.AnimatedGif);
        PreflightResult result = Preflight.Check(DatasetReader.Open(_folder.Path), viewSize: 32);
        Assert.Empty(result.BadImages);
        Assert.Equal(1, result.SmallestSide);
        Assert.Contains(result.Warnings, w => w.Contains("side of 1 pixels", StringComparison.Ordinal));
        Assert.Contains(result.Warnings, w => w.Contains("gif-named.jpg' (GIF)", StringComparison.Ordinal));
    }

    [Fact]
    public void Class_that_loses_its_images_is_named()
    {
        for (int i = 0; i < 3; i++)
            _folder.Add($"train/b/{i:000}.png", [1]);
        InputException error = Assert.Throws<InputException>(() => Preflight.Check(DatasetReader.Open(_folder.Path), BadImagePolicy.Skip));
        Assert.Equal("The class 'b' has no usable image in the train split.", error.Message);
    }

    [Fact]
    public void Split_that_loses_its_images_is_named()
    {
        foreach (string file in new[] { "val/a/000.png", "val/a/001.png", "val/b/000.png" })
            _folder.Add(file, [1]);
        InputException error = Assert.Throws<InputException>(() => Preflight.Check(DatasetReader.Open(_folder.Path), BadImagePolicy.Skip));
        Assert.Equal("The val split has no usable image.", error.Message);
    }

    [Fact]
    public void Copies_across_splits_are_counted_but_not_those_within_one()
    {
        byte[] copy = File.ReadAllBytes(_folder.File("train/a/000.png"));
        _folder.Add("train/a/again.png", copy);
        _folder.Add("test/a/leak.png", copy);
        _folder.Add("val/a/leak.png", copy);
        Assert.Contains("2 validation or test images are exact copies",
            Assert.Throws<InputException>(() => Preflight.Check(DatasetReader.Open(_folder.Path))).Message);
        PreflightResult result = Preflight.Check(DatasetReader.Open(_folder.Path), leakage: LeakagePolicy.Warn);
        Assert.Equal(2, result.LeakedImages);
        Assert.Contains("leak.png", Assert.Single(result.Warnings));
    }

    [Fact]
    public void Strong_imbalance_is_reported()
    {
        _folder.Images("train/c", 40).Images("train/d", 1);
        PreflightResult result = Preflight.Check(DatasetReader.Open(_folder.Path));
        Assert.Equal(40, result.Imbalance);
        Assert.Contains("40 times", Assert.Single(result.Warnings));
    }

    private sealed class Progress : IProgress<PreflightProgress>
    {
        public PreflightProgress Last { get; private set; }

        public void Report(PreflightProgress value)
        {
            lock (this)
            {
                if (value.Done > Last.Done)
                    Last = value;
            }
        }
    }
}

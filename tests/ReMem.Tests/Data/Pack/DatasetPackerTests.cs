using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Layouts;
using ReMem.Data.Pack;
using ReMem.Data.Pixels;
using ReMem.Data.Sources;
using ReMem.Runtime.Downloads;
using SkiaSharp;

namespace ReMem.Tests.Data.Pack;

public sealed class DatasetPackerTests : IDisposable
{
    private static readonly PackOptions Small = new() { ImageSize = 16, Margin = 1.25 };
    private readonly TemporaryFolder _folder = new();

    private string Out => _folder.File("packed");

    [Theory]
    [InlineData(nameof(PackFormat.Jpeg))]
    [InlineData(nameof(PackFormat.Png))]
    [InlineData(nameof(PackFormat.WebP))]
    public void Splits_labels_order_and_pixels_come_back(string name)
    {
        PackFormat format = Enum.Parse<PackFormat>(name);
        Photos();
        ImageDataset data = DatasetReader.Open(_folder.File("photos"));
        PackResult result = new DatasetPacker(Small with { Format = format }).Pack(data, Out);
        ImageDataset packed = DatasetReader.Open(Out);
        Assert.Equal(data.Classes, packed.Classes);
        Assert.Equal((12, 4, 4, 3), (result.Train, result.Validation, result.Test, result.Unchanged));
        foreach ((IImageSource before, IImageSource after) in new[] { (data.Train, packed.Train), (data.Validation, packed.Validation),
            (data.Test, packed.Test) })
        {
            Assert.Equal(before.Count, after.Count);
            for (int i = 0; i < before.Count; i++)
            {
                Assert.Equal(before.Label(i), after.Label(i));
                RgbImage whole = ImageDecoder.Decode(before.Read(i), ""), small = ImageDecoder.Decode(after.Read(i), "");
                if (Math.Min(whole.Width, whole.Height) <= 20)
                {
                    Assert.Equal(before.Read(i), after.Read(i));
                    continue;
                }

                Assert.Equal(20, Math.Min(small.Width, small.Height));
                RgbImage wanted = Resampler.Resize(whole, small.Width, small.Height, Interpolation.Bicubic);
                double off = wanted.Pixels.Zip(small.Pixels).Average(p => Math.Abs(p.First - p.Second));
                Assert.True(format == PackFormat.Jpeg ? off < 6 : off == 0, $"{before.Name(i)}: off by {off}");
            }
        }
    }

    [Fact]
    public void An_unsplit_source_keeps_the_division_of_its_seed()
    {
        _folder.Images("photos/a", 20).Images("photos/b", 20);
        ImageDataset data = DatasetReader.Open(_folder.File("photos"), new DatasetOptions { Seed = 3 });
        new DatasetPacker(Small with { ShardBytes = 1 << 16 }).Pack(data, Out);
        ImageDataset packed = DatasetReader.Open(Out, new DatasetOptions { Seed = 4 });
        foreach ((IImageSource before, IImageSource after) in new[] { (data.Train, packed.Train), (data.Validation, packed.Validation),
            (data.Test, packed.Test) })
            Assert.Equal(Enumerable.Range(0, before.Count).Select(i => Convert.ToHexString(before.Read(i))),
                Enumerable.Range(0, after.Count).Select(i => Convert.ToHexString(after.Read(i))));
    }

    [Fact]
    public void Bare_pixels_are_packed_without_loss()
    {
        byte[] record = new byte[3073];
        for (int file = 0; file < 6; file++)
        {
            using var batch = new MemoryStream();
            for (int i = 0; i < 20; i++)
            {
                new Random((file * 100) + i).NextBytes(record);
                record[0] = (byte)(i % 10);
                batch.Write(record);
            }

            _folder.Add(file == 5 ? "cifar/test_batch.bin" : $"cifar/data_batch_{file + 1}.bin", batch.ToArray());
        }

        _folder.Add("cifar/batches.meta.txt",
            System.Text.Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Range(0, 10).Select(i => $"c{i}"))));
        ImageDataset data = DatasetReader.Open(_folder.File("cifar"));
        new DatasetPacker(new PackOptions { ImageSize = 32 }).Pack(data, Out);
        ImageDataset packed = DatasetReader.Open(Out);
        for (int i = 0; i < data.Test.Count; i++)
            Assert.Equal(ImageDecoder.Decode(data.Test.Read(i), "").Pixels, ImageDecoder.Decode(packed.Test.Read(i), "").Pixels);
    }

    [Fact]
    public void An_interrupted_run_keeps_its_files_and_ends_with_the_same()
    {
        for (int i = 0; i < 300; i++)
            _folder.Add($"photos/{(i % 2 == 0 ? "a" : "b")}/{i:000}.png", TestImages.Noise(20, 20, "pack", i));
        ImageDataset data = DatasetReader.Open(_folder.File("photos"));
        PackOptions options = Small with { ShardBytes = 1 << 17 };
        using var stop = new CancellationTokenSource();
        var watch = new Watcher(p =>
        {
            if (p.Bytes > 200_000)
                stop.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => new DatasetPacker(options, watch).Pack(data, Out, stop.Token));
        Assert.False(Directory.Exists(Out));
        string[] done = Directory.GetFiles(Out + ".partial", "*.parquet");
        Assert.NotEmpty(done);
        DateTime written = File.GetLastWriteTimeUtc(done[0]);

        PackResult result = new DatasetPacker(options with { Threads = 1 }).Pack(data, Out);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(Out, Path.GetFileName(done[0]))));
        Assert.All(Directory.GetFiles(Out), f => Assert.EndsWith(".parquet", f, StringComparison.Ordinal));
        Assert.True(result.Shards > done.Length);
        Assert.Equal(300, result.Train + result.Validation + result.Test);
        new DatasetPacker(options).Pack(data, _folder.File("again"));
        foreach (string file in Directory.GetFiles(Out))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(_folder.File($"again/{Path.GetFileName(file)}")));
    }

    [Fact]
    public void What_was_done_for_another_option_or_source_is_not_kept()
    {
        Photos();
        ImageDataset data = DatasetReader.Open(_folder.File("photos"));
        _folder.Add("packed.partial/stale.parquet", [1]);
        _folder.Add("packed.partial/pack.json",
            System.Text.Encoding.ASCII.GetBytes(
                ReMem.Runtime.Json.Serialize(new { Source = "other", Options = Small, ImagesPerShard = 1, Bytes = 1L })));
        new DatasetPacker(Small).Pack(data, Out);
        Assert.Equal(3, Directory.GetFiles(Out).Length);
    }

    [Fact]
    public void A_bad_image_fails_by_name_or_is_left_out_and_reported()
    {
        Photos();
        _folder.Add("photos/train/a/bad.png", "no image"u8.ToArray());
        ImageDataset data = DatasetReader.Open(_folder.File("photos"));
        InputException error = Assert.Throws<InputException>(() => new DatasetPacker(Small).Pack(data, Out));
        Assert.Contains("bad.png", error.Message);
        Assert.False(Directory.Exists(Out));
        PackResult result = new DatasetPacker(Small with { OnBadImage = BadImagePolicy.Skip }).Pack(data, Out);
        Assert.Contains("bad.png", Assert.Single(result.BadImages));
        Assert.Equal(12, DatasetReader.Open(Out).Train.Count);
    }

    [Fact]
    public void A_folder_that_exists_and_options_out_of_range_are_refused()
    {
        Photos();
        ImageDataset data = DatasetReader.Open(_folder.File("photos"));
        Assert.Contains("exists", Assert.Throws<InputException>(() => new DatasetPacker(Small).Pack(data, _folder.Path)).Message);
        Assert.Contains("Margin",
            Assert.Throws<InputException>(() => new DatasetPacker(Small with { Margin = 0.5 }).Pack(data, Out)).Message);
        Assert.Equal(258, new PackOptions { ImageSize = 224, Margin = 1.15 }.ShorterSide);
        Assert.Equal(20, Small.ShorterSide);
    }

    public void Dispose() => _folder.Dispose();

    private void Photos()
    {
        int seed = 0;
        foreach ((string split, int count) in new[] { ("train", 6), ("val", 2), ("test", 2) })
        {
            foreach (string name in new[] { "a", "b & c" })
            {
                for (int i = 0; i < count; i++, seed++)
                {
                    bool jpeg = seed % 3 == 0;
                    _folder.Add(
                        $"photos/{split}/{name}/{i}.{(jpeg ? "jpg" : "png")}",
                        TestImages.Encode(seed % 7 == 1 ? 20 : 33, seed % 2 == 0 ? 50 : 30, seed,
                            jpeg ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png));
                }
            }
        }
    }

    private sealed class Watcher(Action<TransferProgress> action) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => action(value);
    }
}

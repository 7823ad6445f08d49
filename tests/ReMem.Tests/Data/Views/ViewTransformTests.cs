using System.Text.Json;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Data.Views;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Data.Views;

public sealed class ViewTransformTests
{
    public static TheoryData<int> GoldenCases => new(Enumerable.Range(0, Goldens.Math.GetProperty("preprocess").GetArrayLength()));

    [Theory]
    [MemberData(nameof(GoldenCases))]
    public void Evaluation_view_is_timms(int number)
    {
        JsonElement golden = Goldens.Math.GetProperty("preprocess")[number];
        string file = golden.GetProperty("file").GetString()!;
        int size = golden.GetProperty("size").GetInt32(), stride = golden.GetProperty("stride").GetInt32();
        double mean = golden.GetProperty("mean").GetDouble(), std = golden.GetProperty("std").GetDouble();
        ViewOptions options = ViewOptions.ForEvaluation(
            size, golden.GetProperty("crop_pct").GetDouble(),
            ViewOptions.ParseInterpolation(golden.GetProperty("interpolation").GetString()!));

        RgbImage view = ViewTransform.Apply(ImageDecoder.Decode(File.ReadAllBytes(Goldens.PathOf(file)), file), options, default);
        Assert.Equal((size, size), (view.Width, view.Height));
        using DisposeScope scope = NewDisposeScope();
        Tensor images = tensor(view.Pixels).view(1, size, size, 3).permute(0, 3, 1, 2);
        Tensor normal = new Normalization([mean, mean, mean], [std, std, std]).Apply(images);
        // PNG pixels are PIL's to the bit; JPEG decoders differ by a rounding here and there.
        bool exact = file.EndsWith(".png", StringComparison.Ordinal);
        for (int c = 0; c < 3; c++)
        {
            Tensor channel = normal[0, c];
            Assert.Equal(golden.GetProperty("channel_means")[c].GetDouble(), channel.to(ScalarType.Float64).mean().item<double>(),
                exact ? 1e-5 : 0.002);
            Assert.Equal(golden.GetProperty("channel_stds")[c].GetDouble(), channel.to(ScalarType.Float64).std().item<double>(),
                exact ? 1e-5 : 0.002);
            JsonElement samples = golden.GetProperty("samples")[c];
            for (int y = 0; y < samples.GetArrayLength(); y++)
            {
                for (int x = 0; x < samples[y].GetArrayLength(); x++)
                    Assert.Equal(samples[y][x].GetDouble(), channel[y * stride, x * stride].item<float>(), exact ? 1e-4 : 0.03);
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 5000)]
    [InlineData(5000, 1)]
    [InlineData(3, 7)]
    [InlineData(900, 2)]
    public void Any_shape_gives_the_size(int width, int height)
    {
        var image = new RgbImage(width, height, Enumerable.Repeat((byte)90, width * height * 3).ToArray());
        foreach (ViewOptions options in new[] { ViewOptions.ForEvaluation(24, 0.875), ViewOptions.ForTraining(24) })
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            RgbImage view = ViewTransform.Apply(image, options, ViewTransform.Random(0, 0, 0));
            Assert.Equal(24 * 24 * 3, view.Pixels.Length);
            Assert.All(view.Pixels, p => Assert.Equal(90, p));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
        }
    }

    [Fact]
    public void Random_crops_keep_scale_and_ratio()
    {
        ViewOptions options = ViewOptions.ForTraining(32) with { Scale = (0.2, 0.6) };
        List<PixelBox> crops = [];
        for (int i = 0; i < 2000; i++)
        {
            CounterRandom random = ViewTransform.Random(1, 0, i);
            PixelBox crop = ViewTransform.RandomCrop(400, 300, options, ref random);
            Assert.InRange(crop.Width * crop.Height / 120000.0, 0.19, 0.61);
            Assert.InRange(crop.Width / (double)crop.Height, 0.74, 1.35);
            Assert.True(crop.X >= 0 && crop.Y >= 0 && crop.X + crop.Width <= 400 && crop.Y + crop.Height <= 300);
            crops.Add(crop);
        }

        // Uniform in area: the mean is the middle. Positions reach the borders on both sides.
        Assert.InRange(crops.Average(c => c.Width * c.Height / 120000.0), 0.38, 0.42);
        Assert.Contains(crops, c => c.X == 0);
        Assert.Contains(crops, c => c.X + c.Width == 400);
        Assert.Contains(crops, c => c.Y + c.Height == 300);
    }

    [Fact]
    public void Long_images_fall_back_to_the_largest_centred_crop()
    {
        CounterRandom random = ViewTransform.Random(1, 0, 0);
        Assert.Equal(new PixelBox(433, 0, 133, 100),
            ViewTransform.RandomCrop(1000, 100, ViewOptions.ForTraining(32) with { Scale = (0.9, 1) }, ref random));
        Assert.Equal(new PixelBox(0, 433, 100, 133),
            ViewTransform.RandomCrop(100, 1000, ViewOptions.ForTraining(32) with { Scale = (0.9, 1) }, ref random));
    }

    [Fact]
    public void No_crop_is_enlarged_for_being_decoded_smaller()
    {
        ViewOptions view = ViewOptions.ForTraining(224) with { Scale = (0.08, 1) };
        var divisors = new HashSet<int>();
        for (int i = 0; i < 400; i++)
        {
            (int width, int height) = i % 2 == 0 ? (4000, 3000) : (500, 1800);
            int divisor = new DecodedSize(0, view, ViewTransform.Random(1, 0, i)).Divisor(width, height, isJpeg: true);
            CounterRandom random = ViewTransform.Random(1, 0, i);
            PixelBox crop = ViewTransform.RandomCrop(width, height, view, ref random);
            Assert.True(divisor == 1 || Math.Min(crop.Width, crop.Height) / divisor >= 224);
            Assert.True(divisor == 8 || Math.Min(crop.Width, crop.Height) / 2.0 / divisor < 224);
            divisors.Add(divisor);
        }

        Assert.Equal([1, 2, 4, 8], divisors.Order());
        Assert.Equal(1, new DecodedSize(0, view, ViewTransform.Random(1, 0, 0)).Divisor(4000, 3000, isJpeg: false));
        Assert.Equal(1, new DecodedSize(0, view with { ScaledDecoding = false }, ViewTransform.Random(1, 0, 0)).Divisor(4000, 3000,
            isJpeg: true));
        Assert.Equal(1, new DecodedSize(0, ViewOptions.ForEvaluation(32), ViewTransform.Random(1, 0, 0)).Divisor(4000, 3000, isJpeg: true));
    }

    [Fact]
    public void Flip_mirrors_columns()
    {
        RgbImage image = ImageDecoder.Decode(TestImages.Encode(15, 15, 4), "x");
        ViewOptions whole = ViewOptions.ForTraining(15) with { Scale = (1, 1), Ratio = (1, 1), HorizontalFlip = 0 };
        RgbImage plain = ViewTransform.Apply(image, whole, ViewTransform.Random(0, 0, 0));
        Assert.Equal(image.Pixels, plain.Pixels);
        RgbImage flipped = ViewTransform.Apply(image, whole with { HorizontalFlip = 1 }, ViewTransform.Random(0, 0, 0));
        for (int x = 0; x < 15; x++)
            Assert.Equal(TestImages.Pixel(image, x, 6), TestImages.Pixel(flipped, 14 - x, 6));
        int flips = Enumerable.Range(0, 400)
            .Count(i => !ViewTransform.Apply(image, whole with { HorizontalFlip = 0.25 }, ViewTransform.Random(3, 0,
                i)).Pixels.SequenceEqual(image.Pixels));
        Assert.InRange(flips, 70, 130);
    }

    [Fact]
    public void Models_evaluation_view_has_its_crop_and_filter()
    {
        var info = new ModelInfo("x", "teacher", 224, Normalization.Half, 0.9, "bilinear", "head");
        Assert.Equal(ViewOptions.ForEvaluation(96, 0.9, Interpolation.Bilinear), info.EvaluationView(96));
        Assert.Equal(224, info.EvaluationView().Size);
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        Assert.Contains("Size", Assert.Throws<InputException>(() => ViewOptions.ForTraining(0)).Message);
        Assert.Contains("CropPct", Assert.Throws<InputException>(() => ViewOptions.ForEvaluation(32, 1.5)).Message);
        Assert.Contains("scale", Assert.Throws<InputException>(() => (new ViewOptions { Size = 8, Scale = (0, 1) }).Validated()).Message);
        Assert.Contains("ratio", Assert.Throws<InputException>(() => (new ViewOptions { Size = 8, Ratio = (2, 1) }).Validated()).Message);
        Assert.Contains("bicubic", Assert.Throws<InputException>(() => ViewOptions.ParseInterpolation("bicubik")).Message);
    }
}

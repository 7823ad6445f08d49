using System.Security.Cryptography;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;

namespace ReMem.Tests.Data.Pixels;

/// <summary>Hashes are of PIL 9.4's bytes for the same call.</summary>
public sealed class ResamplerTests
{
    private static readonly Lazy<RgbImage> Pattern =
        new(() => ImageDecoder.Decode(File.ReadAllBytes(Goldens.PathOf("pattern.png")), "pattern.png"));

    [Theory]
    [InlineData(Interpolation.Nearest, 96, 96, "7edf1186e3b56caf")]
    [InlineData(Interpolation.Nearest, 50, 241, "22879a6f5a882219")]
    [InlineData(Interpolation.Nearest, 323, 77, "51a00341401246ae")]
    [InlineData(Interpolation.Nearest, 640, 500, "75cf97547b8b49aa")]
    [InlineData(Interpolation.Nearest, 1, 1, "d648aa437a3f869b")]
    [InlineData(Interpolation.Nearest, 7, 300, "309c357612df77d9")]
    [InlineData(Interpolation.Bilinear, 96, 96, "84e79946e700b9bc")]
    [InlineData(Interpolation.Bilinear, 50, 241, "1ffe1e37c83f0a53")]
    [InlineData(Interpolation.Bilinear, 323, 77, "e9a939f151a3e386")]
    [InlineData(Interpolation.Bilinear, 640, 500, "4d3a6899a91d09ce")]
    [InlineData(Interpolation.Bilinear, 1, 1, "64127654e05fa128")]
    [InlineData(Interpolation.Bilinear, 7, 300, "242c10705428c03b")]
    [InlineData(Interpolation.Bicubic, 96, 96, "9fa6265eeb0005a2")]
    [InlineData(Interpolation.Bicubic, 50, 241, "e109fe9a984a27df")]
    [InlineData(Interpolation.Bicubic, 323, 77, "28ada8699cae4db9")]
    [InlineData(Interpolation.Bicubic, 640, 500, "3b9fa0b3638fdd99")]
    [InlineData(Interpolation.Bicubic, 7, 300, "8f5697de7c9f3eeb")]
    [InlineData(Interpolation.Lanczos, 96, 96, "4f054657392f8985")]
    [InlineData(Interpolation.Lanczos, 50, 241, "517f60114f6c6d33")]
    [InlineData(Interpolation.Lanczos, 323, 77, "1d0872bbcb28f963")]
    [InlineData(Interpolation.Lanczos, 640, 500, "f36f4ac9fa535c24")]
    [InlineData(Interpolation.Lanczos, 7, 300, "fffbb9240070e819")]
    public void Resize_is_PILs_to_the_bit(Interpolation interpolation, int width, int height, string sha256)
    {
        RgbImage resized = Resampler.Resize(Pattern.Value, width, height, interpolation);
        Assert.Equal((width, height), (resized.Width, resized.Height));
        Assert.Equal(sha256, Hash(resized));
    }

    [Theory]
    [InlineData(Interpolation.Nearest, "6c2cb1ad3057358a")]
    [InlineData(Interpolation.Bilinear, "66affb60038c344e")]
    [InlineData(Interpolation.Bicubic, "55aa44f0e9e0303b")]
    [InlineData(Interpolation.Lanczos, "a83917edf63e7fd0")]
    public void Crop_is_as_if_it_had_been_cut_out_first(Interpolation interpolation, string sha256) =>
        Assert.Equal(sha256, Hash(Resampler.Resize(Pattern.Value, 64, 64, interpolation, new PixelBox(37, 11, 201, 160))));

    [Fact]
    public void Part_of_a_resized_image_is_that_of_the_whole()
    {
        RgbImage whole = Resampler.Resize(Pattern.Value, 120, 90, Interpolation.Bicubic);
        RgbImage part = Resampler.Resize(Pattern.Value, 120, 90, Interpolation.Bicubic, new PixelBox(0, 0, 323, 241), 17, 9, 40, 30);
        for (int y = 0; y < 30; y++)
            Assert.Equal(whole.Pixels.AsSpan((((y + 9) * 120) + 17) * 3, 120), part.Pixels.AsSpan(y * 120, 120));
    }

    [Theory]
    [InlineData(Interpolation.Nearest, 61, 40)]
    [InlineData(Interpolation.Bicubic, 61, 40)]
    [InlineData(Interpolation.Bicubic, 201, 160)]
    [InlineData(Interpolation.Lanczos, 1, 7)]
    public void Mirrored_is_the_result_from_right_to_left(Interpolation interpolation, int width, int height)
    {
        var crop = new PixelBox(37, 11, 201, 160);
        RgbImage plain = Resampler.Resize(Pattern.Value, width, height, interpolation, crop);
        RgbImage mirrored = Resampler.Resize(Pattern.Value, width, height, interpolation, crop, 0, 0, width, height, mirrored: true);
        for (int y = 0; y < height; y++)
        {
            IEnumerable<byte[]> row = plain.Pixels.AsSpan(y * width * 3, width * 3).ToArray().Chunk(3);
            Assert.Equal(row.Reverse().SelectMany(p => p), mirrored.Pixels.AsSpan(y * width * 3, width * 3).ToArray());
        }
    }

    [Theory]
    [InlineData(64, 241)]
    [InlineData(323, 64)]
    [InlineData(323, 241)]
    public void Direction_that_keeps_its_size_is_left_alone(int width, int height)
    {
        RgbImage once = Resampler.Resize(Pattern.Value, width, height, Interpolation.Bicubic);
        RgbImage whole = Resampler.Resize(Pattern.Value, 323, 241, Interpolation.Bicubic);
        Assert.Equal(Pattern.Value.Pixels, whole.Pixels);
        Assert.Equal(once.Pixels, Resampler.Resize(once, width, height, Interpolation.Lanczos).Pixels);
    }

    [Fact]
    public void Crop_outside_the_image_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => Resampler.Resize(Pattern.Value, 8, 8, Interpolation.Bicubic, new PixelBox(300, 0, 40, 40)));

    internal static string Hash(RgbImage image) => Convert.ToHexStringLower(SHA256.HashData(image.Pixels))[..16];
}

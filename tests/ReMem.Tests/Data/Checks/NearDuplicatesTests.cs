using ReMem.Data.Checks;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using SkiaSharp;

namespace ReMem.Tests.Data.Checks;

public sealed class NearDuplicatesTests
{
    [Fact]
    public void Same_picture_otherwise_saved_is_near()
    {
        RgbImage picture = Photo(1, 120, 90);
        ImagePrint print = ImagePrint.Of(picture);
        foreach (RgbImage copy in new[]
        {
            picture,
            Resampler.Resize(picture, 70, 52, Interpolation.Bicubic),
            Resampler.Resize(picture, 240, 180, Interpolation.Bilinear),
            Saved(picture, SKEncodedImageFormat.Jpeg, 60),
            Saved(picture, SKEncodedImageFormat.Webp, 70),
            picture with { Pixels = [.. picture.Pixels.Select(p => (byte)Math.Min(255, p + 2))] },
        })
        {
            Assert.True(print.IsNear(ImagePrint.Of(copy)));
        }
    }

    [Fact]
    public void Other_pictures_are_not()
    {
        ImagePrint[] prints = [.. Enumerable.Range(0, 60).Select(i => ImagePrint.Of(Photo(i, 40, 40)))];
        Assert.Empty(NearDuplicates.Find(prints));
        RgbImage one = Photo(1, 40, 40);
        Assert.False(ImagePrint.Of(one).IsNear(ImagePrint.Of(one with { Pixels = [.. one.Pixels.Select(p => (byte)(255 - p))] })));
        Assert.False(ImagePrint.Of(new RgbImage(4, 4, new byte[48]))
            .IsNear(ImagePrint.Of(new RgbImage(4, 4, [.. Enumerable.Repeat((byte)99, 48)]))));
        Assert.False(default(ImagePrint).IsNear(default));
    }

    [Fact]
    public void Sets_are_joined_whatever_the_order()
    {
        RgbImage a = Photo(1, 60, 60), b = Photo(2, 60, 60);
        ImagePrint[] prints =
        [
            ImagePrint.Of(a), default, ImagePrint.Of(b), ImagePrint.Of(Resampler.Resize(a, 40, 40, Interpolation.Bicubic)),
            ImagePrint.Of(a),
            ImagePrint.Of(Saved(b, SKEncodedImageFormat.Jpeg, 70)), ImagePrint.Of(Photo(3, 60, 60)), default,
        ];
        var sets = new DisjointSets(prints.Length);
        IReadOnlyList<(int, int)> pairs = NearDuplicates.Find(prints);
        sets.JoinAll(pairs);
        Assert.Equal([0, 1, 2, 0, 0, 2, 6, 7], Enumerable.Range(0, prints.Length).Select(sets.Find));
        Assert.Equal(3, pairs.Count);
    }

    /// <summary>Smooth blobs of colour, as photos have at this scale.</summary>
    internal static RgbImage Photo(int seed, int width, int height)
    {
        var random = new ReMem.Runtime.CounterRandom(seed, "photo");
        var small = new RgbImage(6, 6, [.. Enumerable.Range(0, 108).Select(_ => (byte)random.NextUInt32())]);
        return Resampler.Resize(small, width, height, Interpolation.Bicubic);
    }

    internal static byte[] Encoded(RgbImage image, SKEncodedImageFormat format, int quality)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int i = 0; i < image.Width * image.Height; i++)
            bitmap.SetPixel(i % image.Width, i / image.Width,
                new SKColor(image.Pixels[3 * i], image.Pixels[(3 * i) + 1], image.Pixels[(3 * i) + 2]));
        using SKData data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    private static RgbImage Saved(RgbImage image, SKEncodedImageFormat format, int quality) =>
        ImageDecoder.Decode(Encoded(image, format, quality), "copy");
}

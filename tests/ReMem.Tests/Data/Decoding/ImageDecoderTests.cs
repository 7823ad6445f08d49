using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Tests.Data.Checks;
using SkiaSharp;

namespace ReMem.Tests.Data.Decoding;

public sealed class ImageDecoderTests
{
    [Theory]
    [InlineData(SKEncodedImageFormat.Png, 0)]
    [InlineData(SKEncodedImageFormat.Jpeg, 24)]
    [InlineData(SKEncodedImageFormat.Webp, 60)]
    public void Decodes_by_content(SKEncodedImageFormat format, int tolerance)
    {
        RgbImage image = ImageDecoder.Decode(TestImages.Encode(16, 9, 3, format), "wrongly-named.txt");
        Assert.Equal((16, 9), (image.Width, image.Height));
        Assert.Equal(16 * 9 * 3, image.Pixels.Length);
        Assert.InRange(TestImages.Pixel(image, 10, 0).R, ((10 * 7) + 93) - tolerance, ((10 * 7) + 93) + tolerance);
    }

    [Fact]
    public void Sixteen_bits_are_cut_to_eight()
    {
        byte[] rgb = [0x12, 0x80, 0xAB, 0x01, 0xFF, 0xFF, 0x00, 0x10, 0x7F, 0x20, 0x40, 0x00];
        RgbImage image = ImageDecoder.Decode(TestImages.Png(2, 1, 16, 2, rgb), "deep.png");
        Assert.Equal((0x12, 0xAB, 0xFF), ((int, int, int))TestImages.Pixel(image, 0, 0));
        Assert.Equal((0x00, 0x7F, 0x40), ((int, int, int))TestImages.Pixel(image, 1, 0));
        RgbImage grey = ImageDecoder.Decode(TestImages.Png(1, 1, 16, 0, [0xC8, 0x01]), "deep-grey.png");
        Assert.Equal((0xC8, 0xC8, 0xC8), ((int, int, int))TestImages.Pixel(grey, 0, 0));
    }

    [Fact]
    public void Palette_and_grey_become_RGB()
    {
        RgbImage palette = ImageDecoder.Decode(TestImages.Png(2, 1, 8, 3, [1, 0], ("PLTE", [9, 8, 7, 200, 100, 50])), "palette.png");
        Assert.Equal((200, 100, 50), ((int, int, int))TestImages.Pixel(palette, 0, 0));
        Assert.Equal((9, 8, 7), ((int, int, int))TestImages.Pixel(palette, 1, 0));
        RgbImage grey = ImageDecoder.Decode(TestImages.Png(1, 1, 8, 0, [77]), "grey.png");
        Assert.Equal((77, 77, 77), ((int, int, int))TestImages.Pixel(grey, 0, 0));
    }

    [Fact]
    public void Transparency_is_flattened_on_white()
    {
        RgbImage image = ImageDecoder.Decode(TestImages.Png(3, 1, 8, 6, [10, 20, 30, 0, 10, 20, 30, 255, 0, 100, 200, 51]), "alpha.png");
        Assert.Equal((255, 255, 255), ((int, int, int))TestImages.Pixel(image, 0, 0));
        Assert.Equal((10, 20, 30), ((int, int, int))TestImages.Pixel(image, 1, 0));
        Assert.Equal((204, 224, 244), ((int, int, int))TestImages.Pixel(image, 2, 0));
    }

    [Fact]
    public void CMYK_becomes_RGB()
    {
        RgbImage image = ImageDecoder.Decode(TestImages.CmykJpeg, "cmyk.jpg");
        Assert.Equal((8, 8), (image.Width, image.Height));
        AssertNear((0, 255, 255), TestImages.Pixel(image, 1, 1), 3);
        AssertNear((215, 107, 0), TestImages.Pixel(image, 6, 6), 3);
    }

    [Fact]
    public void First_frame_of_an_animation()
    {
        RgbImage image = ImageDecoder.Decode(TestImages.AnimatedGif, "moving.gif");
        Assert.Equal((5, 4), (image.Width, image.Height));
        Assert.Equal((250, 10, 20), ((int, int, int))TestImages.Pixel(image, 4, 3));
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(2, 1, 0)]
    [InlineData(3, 1, 1)]
    [InlineData(4, 0, 1)]
    [InlineData(5, 0, 0)]
    [InlineData(6, 1, 0)]
    [InlineData(7, 1, 1)]
    [InlineData(8, 0, 1)]
    public void Turned_upright_by_EXIF(int orientation, int right, int bottom)
    {
        // White everywhere but for a dark block at the stored top left, longer along the stored rows.
        using var bitmap = new SKBitmap(new SKImageInfo(64, 32, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Erase(SKColors.White);
        for (int i = 0; i < 16 * 8; i++)
            bitmap.SetPixel(i % 16, i / 16, SKColors.Black);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 95);

        RgbImage image = ImageDecoder.Decode(TestImages.WithOrientation(data.ToArray(), orientation), "turned.jpg");
        bool turned = orientation >= 5;
        Assert.Equal(turned ? (32, 64) : (64, 32), (image.Width, image.Height));
        int x = turned ? 4 : 12, y = turned ? 12 : 4;
        (int atX, int atY) = (right == 1 ? image.Width - 1 - x : x, bottom == 1 ? image.Height - 1 - y : y);
        AssertNear((0, 0, 0), TestImages.Pixel(image, atX, atY), 12);
        AssertNear((255, 255, 255), TestImages.Pixel(image, image.Width - 1 - atX, image.Height - 1 - atY), 12);
    }

    [Fact]
    public void One_pixel_is_an_image()
    {
        RgbImage image = ImageDecoder.Decode(TestImages.Encode(1, 1, 2), "dot.png");
        Assert.Equal((62, 34, 2), ((int, int, int))TestImages.Pixel(image, 0, 0));
    }

    [Fact]
    public void Empty_file_is_named() => AssertBad([], "empty.jpg", "is empty (0 bytes)");

    [Fact]
    public void No_image_is_named() =>
        AssertBad("<html>not found</html>"u8.ToArray(), "page.jpg", "is not a JPEG, PNG, WebP, GIF, BMP or TIFF");

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Truncated_file_is_named_wherever_it_ends(SKEncodedImageFormat format)
    {
        // The last bytes are checksums and end marks: without them no pixel is lost.
        byte[] whole = TestImages.Encode(80, 60, 1, format);
        for (int length = 1; length <= whole.Length - 22; length += 7)
            AssertBad(whole[..length], "half.img", "");
        AssertBad(whole[..(whole.Length / 2)], "half.img", "truncated");
    }

    [Fact]
    public void Truncated_progressive_JPEG_is_named()
    {
        byte[] whole = TestImages.ProgressiveJpeg;
        Assert.Equal(40, ImageDecoder.Decode(whole, "whole.jpg").Width);
        for (int length = 3; length < whole.Length; length++)
            AssertBad(whole[..length], "half.jpg", "truncated");
        Assert.Equal(40, ImageDecoder.Decode([.. whole, 1, 2, 3], "with bytes after its end.jpg").Width);
    }

    [Fact]
    public void Truncated_GIF_is_named() => AssertBad(TestImages.AnimatedGif[..30], "half.gif", "");

    [Fact]
    public void Corrupt_pixels_are_named()
    {
        byte[] png = TestImages.Encode(80, 60, 1);
        for (int i = png.Length / 2; i < (png.Length / 2) + 40; i++)
            png[i] ^= 0x5A;
        AssertBad(png, "broken.png", "");
    }

    [Fact]
    public void Bomb_is_refused_before_it_unpacks()
    {
        byte[] bomb = TestImages.Png(60000, 60000, 8, 0, []);
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertBad(bomb, "bomb.png", "claims 60000 x 60000 pixels");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void Limit_is_inclusive()
    {
        byte[] image = TestImages.Encode(10, 10, 0);
        Assert.Equal(10, ImageDecoder.Decode(image, "a.png", maxPixels: 100).Width);
        Assert.Throws<InputException>(() => ImageDecoder.Decode(image, "a.png", maxPixels: 99));
    }

    [Theory]
    [InlineData(0, 320, 240)]
    [InlineData(121, 320, 240)]
    [InlineData(120, 160, 120)]
    [InlineData(61, 160, 120)]
    [InlineData(60, 80, 60)]
    [InlineData(1, 40, 30)]
    public void Large_JPEGs_are_reduced_to_what_is_enough(double enough, int width, int height)
    {
        RgbImage photo = NearDuplicatesTests.Photo(3, 320, 240);
        byte[] jpeg = NearDuplicatesTests.Encoded(photo, SKEncodedImageFormat.Jpeg, 95);
        RgbImage reduced = ImageDecoder.Decode(jpeg, "x", enoughSide: enough);
        Assert.Equal((width, height), (reduced.Width, reduced.Height));
        RgbImage expected = Resampler.Resize(photo, width, height, Interpolation.Bilinear);
        Assert.InRange(reduced.Pixels.Zip(expected.Pixels, (a, b) => Math.Abs(a - b)).Average(), 0, 3);
        RgbImage upright = ImageDecoder.Decode(TestImages.WithOrientation(jpeg, 6), "x", enoughSide: enough);
        Assert.Equal((height, width), (upright.Width, upright.Height));
        byte[] png = NearDuplicatesTests.Encoded(photo, SKEncodedImageFormat.Png, 100);
        Assert.Equal(320, ImageDecoder.Decode(png, "x", enoughSide: enough).Width);
        AssertBad(jpeg[..(jpeg.Length / 2)], "half.jpg", "is truncated");
    }

    [Theory]
    [InlineData(10_000, 5_000, true, 1)]
    [InlineData(10_000, 5_001, true, 2)]
    [InlineData(5_001, 10_000, true, 2)]
    [InlineData(20_000, 10_001, true, 4)]
    [InlineData(50_000, 20_000, true, 8)]
    [InlineData(10_000, 5_001, false, 1)]
    public void JPEGs_beyond_the_limit_of_full_decoding_are_reduced_though_all_is_asked_for(
        int width, int height, bool isJpeg, int divisor) =>
        Assert.Equal(divisor, default(DecodedSize).Divisor(width, height, isJpeg));

    /// <summary>
    /// 51 million pixels: what comes out is half of what a decoder of rows makes in full, averaged by two,
    /// to 1 of 255 in the mean and 24 anywhere.
    /// </summary>
    [Fact]
    public void A_JPEG_beyond_the_limit_is_the_full_one_resampled()
    {
        const int Width = 8000, Height = 6400;
        byte[] jpeg = LargeJpeg(Width, Height);
        RgbImage reduced = ImageDecoder.Decode(jpeg, "large.jpg");
        Assert.Equal((Width / 2, Height / 2), (reduced.Width, reduced.Height));
        using var codec = SKCodec.Create(new MemoryStream(jpeg));
        Assert.Equal(SKCodecResult.Success,
            codec.StartScanlineDecode(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque)));
        var rows = new byte[2 * Width * 4];
        (long sum, int max, var values) = (0, 0, new HashSet<byte>());
        for (int y = 0; y < reduced.Height; y++)
        {
            Scanlines(codec, rows, 2, Width * 4);
            for (int i = 0; i < reduced.Width * 3; i++)
            {
                int at = (((i / 3) * 2) * 4) + (i % 3), below = at + (Width * 4);
                byte is_ = reduced.Pixels[(y * reduced.Width * 3) + i];
                int difference = Math.Abs((4 * is_) - rows[at] - rows[at + 4] - rows[below] - rows[below + 4]);
                (sum, max) = (sum + difference, Math.Max(max, difference));
                values.Add(is_);
            }
        }

        Assert.InRange(sum / 4.0 / reduced.Pixels.Length, 0, 1);
        Assert.InRange(max / 4.0, 0, 24);
        Assert.InRange(values.Count, 200, 256);

        // Turned by EXIF it is the same picture.
        RgbImage turned = ImageDecoder.Decode(TestImages.WithOrientation(jpeg, 3), "large.jpg");
        Assert.True(turned.Pixels.AsSpan(0, 3).SequenceEqual(reduced.Pixels.AsSpan(reduced.Pixels.Length - 3)));
    }

    private static unsafe void Scanlines(SKCodec codec, byte[] rows, int count, int stride)
    {
        fixed (byte* first = rows)
            Assert.Equal(count, codec.GetScanlines((nint)first, count, stride));
    }

    private static byte[] LargeJpeg(int width, int height)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint { IsAntialias = true };
        paint.Shader = SKShader.CreateLinearGradient(
            new SKPoint(0, 0), new SKPoint(width, height), [SKColors.Black, SKColors.OrangeRed, SKColors.SteelBlue, SKColors.White],
            SKShaderTileMode.Clamp);
        canvas.DrawRect(0, 0, width, height, paint);
        for (int i = 0; i < 60; i++)
        {
            float x = i * 7919 % width, y = i * 104_729 % height, radius = 40 + (i * 37 % 400);
            paint.Shader = SKShader.CreateRadialGradient(
                new SKPoint(x, y), radius, [new SKColor((byte)(i * 53), (byte)(i * 97), (byte)(i * 151)), SKColors.Transparent],
                SKShaderTileMode.Clamp);
            canvas.DrawCircle(x, y, radius, paint);
        }

        canvas.Flush();
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 92);
        return data.ToArray();
    }

    private static void AssertBad(byte[] encoded, string name, string why)
    {
        InputException error = Assert.Throws<InputException>(() => ImageDecoder.Decode(encoded, name));
        Assert.Contains(name, error.Message);
        Assert.Contains(why, error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Contains("--on-bad-image skip", error.Remedy);
    }

    private static void AssertNear((int R, int G, int B) expected, (byte R, byte G, byte B) actual, int tolerance)
    {
        Assert.InRange(actual.R, expected.R - tolerance, expected.R + tolerance);
        Assert.InRange(actual.G, expected.G - tolerance, expected.G + tolerance);
        Assert.InRange(actual.B, expected.B - tolerance, expected.B + tolerance);
    }
}

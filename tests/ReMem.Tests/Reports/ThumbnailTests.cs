using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Reports;

namespace ReMem.Tests.Reports;

public sealed class ThumbnailTests
{
    [Theory]
    [InlineData(300, 150, 144, 72)]
    [InlineData(20, 40, 20, 40)]
    [InlineData(4000, 1, 144, 1)]
    public void The_longer_side_is_limited_and_colours_stay(int width, int height, int smallWidth, int smallHeight)
    {
        byte[] pixels = [.. Enumerable.Range(0, width * height).SelectMany(_ => new byte[] { 200, 100, 40 })];
        RgbImage small = ImageDecoder.Decode(Thumbnail.Jpeg(new RgbImage(width, height, pixels)), "x");
        Assert.Equal((smallWidth, smallHeight), (small.Width, small.Height));
        Assert.InRange(small.Pixels[0], 194, 206);
        Assert.InRange(small.Pixels[1], 94, 106);
        Assert.InRange(small.Pixels[2], 34, 46);
    }
}

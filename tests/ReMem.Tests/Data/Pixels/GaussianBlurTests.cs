using ReMem.Data.Pixels;

namespace ReMem.Tests.Data.Pixels;

public sealed class GaussianBlurTests
{
    [Theory]
    [InlineData(0.5, 21, 17)]
    [InlineData(2, 21, 17)]
    [InlineData(2, 3, 1)]
    public void Blur_is_the_sum_over_the_kernel(double sigma, int width, int height)
    {
        var random = new ReMem.Runtime.CounterRandom(1, "blur");
        var image = new RgbImage(width, height, [.. Enumerable.Range(0, width * height * 3).Select(_ => (byte)random.NextUInt32())]);
        byte[] before = [.. image.Pixels];
        GaussianBlur.Apply(image, sigma);
        double[] kernel = [.. Enumerable.Range(-11, 23).Select(i => Math.Exp(-i * i / (2 * sigma * sigma)))];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                double sum = 0, total = 0;
                for (int v = -11; v <= 11; v++)
                {
                    for (int u = -11; u <= 11; u++)
                    {
                        double weight = kernel[v + 11] * kernel[u + 11];
                        sum += weight * before[((Mirror(y + v, height) * width) + Mirror(x + u, width)) * 3];
                        total += weight;
                    }
                }

                Assert.Equal(sum / total, image.Pixels[((y * width) + x) * 3], 1.1);
            }
        }
    }

    private static int Mirror(int at, int count)
    {
        while (count > 1 && (at < 0 || at >= count))
            at = at < 0 ? -at : (2 * (count - 1)) - at;
        return count == 1 ? 0 : at;
    }
}

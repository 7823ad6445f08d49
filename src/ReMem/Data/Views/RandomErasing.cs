using ReMem.Data.Pixels;
using ReMem.Runtime;

namespace ReMem.Data.Views;

/// <summary>
/// Random erasing (Zhong 2017) as timm's mode "pixel": a rectangle of 2 % to a third of the area becomes noise of ImageNet's mean and
/// deviation.
/// </summary>
internal static class RandomErasing
{
    private const int Attempts = 10;
    private const double MinArea = 0.02;
    private const double MaxArea = 1.0 / 3;
    private const double MinRatio = 0.3;

    /// <summary>Erases in place.</summary>
    /// <param name="image">Changed in place.</param>
    /// <param name="random">The random stream; the rectangle is the same share of an image of any size.</param>
    public static void Apply(RgbImage image, ref CounterRandom random)
    {
        (double Width, double Height, double X, double Y)? found = null;
        for (int attempt = 0; attempt < Attempts && found is null; attempt++)
        {
            double area = random.Uniform(MinArea, MaxArea), ratio = Math.Exp(random.Uniform(Math.Log(MinRatio), -Math.Log(MinRatio)));
            double width = Math.Sqrt(area / ratio), height = Math.Sqrt(area * ratio);
            if (width < 1 && height < 1)
                found = (width, height, random.NextDouble(), random.NextDouble());
        }

        if (found is not { } box)
            return;
        int w = Math.Max(1, (int)Math.Round(box.Width * image.Width)), h = Math.Max(1, (int)Math.Round(box.Height * image.Height));
        int left = (int)(box.X * (image.Width - w + 1)), top = (int)(box.Y * (image.Height - h + 1));
        for (int y = top; y < top + h; y++)
        {
            Span<byte> row = image.Pixels.AsSpan(((y * image.Width) + left) * 3, w * 3);
            for (int i = 0; i < row.Length; i += 3)
            {
                row[i] = Noise(123.675, 58.395, ref random);
                row[i + 1] = Noise(116.28, 57.12, ref random);
                row[i + 2] = Noise(103.53, 57.375, ref random);
            }
        }
    }

    private static byte Noise(double mean, double deviation, ref CounterRandom random) =>
        (byte)Math.Clamp(Math.Round(mean + (deviation * random.Normal())), 0, 255);
}

using ReMem.Runtime;

namespace ReMem.Data.Pixels;

/// <summary>Brightness, contrast and saturation by random factors, in random order, as torchvision's ColorJitter.</summary>
internal static class ColorJitter
{
    /// <summary>Changes interleaved RGB pixels in place.</summary>
    public static void Apply(Span<byte> pixels, double strength, ref CounterRandom random)
    {
        foreach (int kind in random.Permutation(3))
        {
            float factor = (float)random.Uniform(Math.Max(0, 1 - strength), 1 + strength);
            switch (kind)
            {
                case 0:
                    Blend(pixels, factor, 0);
                    break;
                case 1:
                    Blend(pixels, factor, MeanGray(pixels));
                    break;
                default:
                    Saturate(pixels, factor);
                    break;
            }
        }
    }

    private static void Blend(Span<byte> pixels, float factor, float other)
    {
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = Mix(pixels[i], other, factor);
    }

    private static void Saturate(Span<byte> pixels, float factor)
    {
        for (int i = 0; i < pixels.Length; i += 3)
        {
            float gray = Gray(pixels[i], pixels[i + 1], pixels[i + 2]);
            for (int c = 0; c < 3; c++)
                pixels[i + c] = Mix(pixels[i + c], gray, factor);
        }
    }

    private static float MeanGray(ReadOnlySpan<byte> pixels)
    {
        double sum = 0;
        for (int i = 0; i < pixels.Length; i += 3)
            sum += Gray(pixels[i], pixels[i + 1], pixels[i + 2]);
        return (float)(sum / (pixels.Length / 3));
    }

    private static float Gray(byte r, byte g, byte b) => (0.299f * r) + (0.587f * g) + (0.114f * b);

    private static byte Mix(float value, float other, float factor) =>
        (byte)Math.Clamp((value * factor) + (other * (1 - factor)) + 0.5f, 0, 255);
}

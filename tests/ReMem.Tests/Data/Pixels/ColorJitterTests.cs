using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Data.Views;
using ReMem.Runtime;

namespace ReMem.Tests.Data.Pixels;

public sealed class ColorJitterTests
{
    private static byte[] Pixels => ImageDecoder.Decode(File.ReadAllBytes(Goldens.PathOf("pattern.png")), "pattern.png").Pixels;

    [Fact]
    public void Grey_image_of_one_tone_only_changes_its_brightness()
    {
        HashSet<byte> tones = [];
        for (int i = 0; i < 300; i++)
        {
            byte[] pixels = [.. Enumerable.Repeat((byte)100, 48)];
            CounterRandom random = ViewTransform.Random(0, 0, i);
            ColorJitter.Apply(pixels, 0.4, ref random);
            // Contrast blends with the mean and saturation with the grey, which are the tone itself.
            byte tone = Assert.Single(pixels.Distinct());
            Assert.InRange(tone, 60, 140);
            tones.Add(tone);
        }

        Assert.True(tones.Min() < 65 && tones.Max() > 135, "The factors fill their range.");
    }

    [Fact]
    public void Same_draws_give_the_same_pixels()
    {
        byte[] first = Pixels, again = Pixels, other = Pixels;
        CounterRandom a = ViewTransform.Random(1, 2, 3), b = ViewTransform.Random(1, 2, 3), c = ViewTransform.Random(1, 2, 4);
        ColorJitter.Apply(first, 0.4, ref a);
        ColorJitter.Apply(again, 0.4, ref b);
        ColorJitter.Apply(other, 0.4, ref c);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.NotEqual(first, Pixels);
    }

    [Fact]
    public void No_strength_changes_nothing()
    {
        byte[] pixels = Pixels, before = Pixels;
        CounterRandom random = ViewTransform.Random(1, 2, 3);
        ColorJitter.Apply(pixels, 0, ref random);
        Assert.Equal(before, pixels);
    }
}

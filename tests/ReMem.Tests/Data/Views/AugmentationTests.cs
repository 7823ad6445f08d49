using ReMem.Data.Decoding;
using ReMem.Data.Pixels;
using ReMem.Data.Views;
using ReMem.Runtime;

namespace ReMem.Tests.Data.Views;

public sealed class AugmentationTests
{
    private static readonly RgbImage Picture = ImageDecoder.Decode(TestImages.Encode(24, 24, 3), "x");

    [Fact]
    public void Timms_strings_are_read()
    {
        RandAugment usual = RandAugment.Parse("rand-m9-mstd0.5-inc1");
        Assert.Equal(
            (9, 2, 0.5, 10, true, 0.5), (usual.Magnitude, usual.Count, usual.Deviation, usual.MaxMagnitude, usual.Increasing,
            usual.Probability));
        RandAugment other = RandAugment.Parse("rand-n3-m12-mmax15-p1-inc0");
        Assert.Equal(
            (12, 3, 0, 15, false, 1), (other.Magnitude, other.Count, other.Deviation, other.MaxMagnitude, other.Increasing,
            other.Probability));
        Assert.Equal((10, 2), (RandAugment.Parse("rand").Magnitude, RandAugment.Parse("rand").Count));
        Assert.Null(Augmentation.Parse("none"));
        Assert.IsType<TrivialAugment>(Augmentation.Parse("trivial"));
        Assert.IsType<ThreeAugment>(Augmentation.Parse("three"));
    }

    [Theory]
    [InlineData("rand-m9-mstd", "has the part 'mstd'")]
    [InlineData("rand-q3", "has the part 'q3'")]
    [InlineData("rand-m9-p1.5", "has p 1.5")]
    [InlineData("rand-n0", "has n 0")]
    [InlineData("rand-", "has the part ''")]
    [InlineData("trival", "did you mean 'trivial'")]
    [InlineData("", "Unknown augmentation ''")]
    public void Wrong_strings_are_named(string text, string message)
    {
        Assert.Contains(message, Assert.Throws<InputException>(() => Augmentation.Parse(text)).Message);
        Assert.Contains("Augmentation",
            Assert.Throws<InputException>(() => (new ViewOptions { Size = 8, Augmentation = text }).Validated()).Message);
    }

    [Theory]
    [InlineData("rand-m9-mstd0.5-inc1", 150)]
    [InlineData("rand-m9-mstd101-n4", 150)]
    [InlineData("trivial", 150)]
    [InlineData("three", 100)]
    public void Policies_change_most_views_each_in_its_own_way(string name, int least)
    {
        Augmentation policy = Augmentation.Parse(name)!;
        HashSet<string> results = [];
        for (int i = 0; i < 400; i++)
        {
            RgbImage once = Apply(policy, i);
            Assert.Equal(once.Pixels, Apply(policy, i).Pixels);
            if (!once.Pixels.SequenceEqual(Picture.Pixels))
                results.Add(Convert.ToBase64String(once.Pixels));
        }

        Assert.InRange(results.Count, least, 400);
    }

    [Fact]
    public void Strength_grows()
    {
        double Change(string name) => Enumerable.Range(0, 300).Average(i =>
            Apply(Augmentation.Parse(name)!, i).Pixels.Zip(Picture.Pixels, (a, b) => Math.Abs(a - b)).Average());
        double weak = Change("rand-m2-inc1"), strong = Change("rand-m9-inc1");
        Assert.True(weak < strong, $"{weak} at 2, {strong} at 9");
        Assert.Equal(0, Change("rand-m9-p0"));
    }

    [Fact]
    public void Erasing_is_a_rectangle_of_its_share_at_any_size()
    {
        for (int i = 0; i < 100; i++)
        {
            (double, double, double) Box(int size)
            {
                var image = new RgbImage(size, size, new byte[size * size * 3]);
                CounterRandom random = ViewTransform.Random(1, 0, i);
                RandomErasing.Apply(image, ref random);
                int[] changed =
                    [.. Enumerable.Range(0, size * size).Where(p => image.Pixels.AsSpan(3 * p, 3).IndexOfAnyExcept((byte)0) >= 0)];
                int left = changed.Min(p => p % size), right = changed.Max(p => p % size), top = changed.Min(p => p / size),
                    bottom = changed.Max(p => p / size);
                int area = (right - left + 1) * (bottom - top + 1);
                Assert.InRange(changed.Length / (double)area, 0.9, 1);
                return (area / (double)(size * size), left / (double)size, top / (double)size);
            }

            (double area, double left, double top) = Box(64);
            Assert.InRange(area, 0.01, 0.36);
            (double half, double halfLeft, double halfTop) = Box(32);
            Assert.Equal(area, half, 0.05);
            Assert.Equal(left, halfLeft, 0.05);
            Assert.Equal(top, halfTop, 0.05);
        }
    }

    private static RgbImage Apply(Augmentation policy, int index)
    {
        RgbImage image = Picture with { Pixels = [.. Picture.Pixels] };
        CounterRandom random = ViewTransform.Random(4, 0, index);
        policy.Apply(image, 1, ref random);
        return image;
    }
}

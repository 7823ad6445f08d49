using ReMem.Information;
using static TorchSharp.torch;

namespace ReMem.Tests.Information;

public sealed class LikelihoodTests
{
    private static readonly InformationMeterOptions Bce = new() { ImageSize = 8, Epochs = 0, Likelihood = Likelihood.Bce };

    [Fact]
    public void Gaussian_loss_takes_its_variance_from_the_held_out_rows()
    {
        using var scope = NewDisposeScope();
        Tensor zero = zeros(4, 5), half = full([4, 5], 0.5f), one = ones(4, 5);
        double expected = (0.5 * Math.Log(2 * Math.PI * 0.25)) + (1 / (2 * 0.25));
        Assert.Equal(expected, Likelihood.Gaussian.Loss((zero, half), (zero, one)), 1e-9);
    }

    [Fact]
    public void Cross_entropy_is_that_of_the_drawing_and_never_infinite()
    {
        using var scope = NewDisposeScope();
        Tensor drawn = tensor(new[] { 0.25f, 0.5f, -3f, 7f }), pixels = tensor(new[] { 1f, 0.3f, 0f, 0f });
        double margin = 0.5 / 255;
        double expected = (-Math.Log(0.25) - Math.Log(0.5) - Math.Log(1 - margin) - Math.Log(margin)) / 4;
        Assert.Equal(expected, Likelihood.Bce.Loss((drawn, pixels), (drawn, pixels)), 1e-6);
    }

    [Fact]
    public void A_feature_that_shows_the_pixel_saves_what_cross_entropy_says_it_does()
    {
        using var scope = NewDisposeScope();
        // Black or white with equal chance: a feature that says which saves ln 2 a pixel, but for the margin.
        Tensor Bits(int count,
            int seed) => tensor(Enumerable.Range(0, count)
                .Select(i => new global::ReMem.Runtime.CounterRandom(seed, "bits", index: i).NextInt(2) * 1f).ToArray()).view(-1, 1);
        var (train, test) = (Bits(2000, 0), Bits(1000, 1));
        InformationResult result = InformationMeter.MeasureTargets(train, train, test, test, Bce);
        Assert.Equal(Math.Log(2), result.ConstantLoss, 0.01);
        Assert.Equal(Math.Log(2), result.NatsPerChannel.Mean, 0.02);
        Assert.Equal(0, InformationMeter.MeasureTargets(ones(2000, 1), train, ones(1000, 1), test, Bce).NatsPerChannel.Mean, 1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Under_either_likelihood_noise_lowers_what_is_kept_of_an_image(int epochs)
    {
        using var scope = NewDisposeScope();
        foreach (Likelihood likelihood in Enum.GetValues<Likelihood>())
        {
            InformationMeterOptions options = Bce with { Likelihood = likelihood, Epochs = epochs, Width = 8 };
            double[] measured = [.. new[] { 0, 1.0, 1000 }.Select(sigma => Measure(sigma, options))];
            Assert.True(measured[0] > measured[1] + 0.01 && measured[1] > measured[2] + 0.01,
                $"{likelihood}: {string.Join(" ", measured)}");
            Assert.Equal(0, measured[2], 0.01);
        }
    }

    [Fact]
    public void Cross_entropy_of_what_is_no_probability_is_an_input_error()
    {
        using var scope = NewDisposeScope();
        Tensor f = rand(100, 2), x = rand(100, 2) * 2;
        Assert.Contains("leave [0, 1]", Assert.Throws<InputException>(() => InformationMeter.MeasureTargets(f, x, f, x, Bce)).Message,
            StringComparison.Ordinal);
        Assert.Contains("Likelihood", Assert.Throws<InputException>(
            () => InformationMeter.MeasureTargets(f, f, f, f, Bce with { Likelihood = (Likelihood)7 })).Message, StringComparison.Ordinal);
    }

    private static double Measure(double sigma, InformationMeterOptions options)
    {
        (Tensor F, Tensor X) Draw(int count, int seed)
        {
            Tensor hidden = Normal("hidden", seed, count, 4);
            Tensor images = 128 + (20 * hidden.matmul(Normal("patterns", 0, 4, 192))) + (20 * Normal("pixels", seed, count, 192));
            return (hidden + (sigma * Normal("noise", seed, count, 4)), images.clamp(0, 255).to(ScalarType.Byte).view(count, 3, 8, 8));
        }

        var (train, test) = (Draw(200, 0), Draw(100, 1));
        return InformationMeter.Measure(train.F, train.X, test.F, test.X, options).NatsPerChannel.Mean;
    }

    private static Tensor Normal(string purpose, int seed, params long[] shape)
    {
        var random = new global::ReMem.Runtime.CounterRandom(seed, purpose);
        return tensor(Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => (float)random.Normal()).ToArray()).view(shape);
    }
}

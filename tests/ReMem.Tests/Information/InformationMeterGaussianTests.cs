using ReMem.Information;
using static TorchSharp.torch;

namespace ReMem.Tests.Information;

/// <summary>The estimator against jointly Gaussian data, whose information is known.</summary>
public sealed class InformationMeterGaussianTests
{
    private const int Dimensions = 8;

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.9)]
    public void Gaussian_pairs_give_the_closed_form(double r)
    {
        using var scope = NewDisposeScope();
        double expected = -0.5 * Math.Log(1 - (r * r));
        double mean = Measure(Pair(r, 12000), Pair(r, 12000, seed: 1)).NatsPerChannel.Mean;
        Assert.InRange(mean, 0.95 * expected, 1.05 * expected);
    }

    [Fact]
    public void Noise_on_the_feature_lowers_it_step_by_step()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Pair(0.95, 3000), Pair(0.95, 2000, seed: 1));
        double[] measured =
            [.. new[] { 0, 0.3, 1.0, 3.0 }.Select(sigma => Measure(Noisy(train, sigma, 2), Noisy(test, sigma, 3)).NatsPerChannel.Mean)];
        for (int i = 1; i < measured.Length; i++)
            Assert.True(measured[i] < measured[i - 1] - 0.01, string.Join(" ", measured));
    }

    [Fact]
    public void Invertible_mixing_changes_nothing_beyond_the_interval()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Pair(0.8, 3000), Pair(0.8, 2000, seed: 1));
        Tensor mix = eye(Dimensions) + (0.3 * Normal(Dimensions, Dimensions, "mix", 0));
        InformationResult plain = Measure(train, test);
        InformationResult mixed = Measure((train.F.matmul(mix) + 5, train.X), (test.F.matmul(mix) + 5, test.X));
        Assert.True(plain.NatsPerChannel.Overlaps(mixed.NatsPerChannel));
        Assert.Equal("inconclusive", plain.VerdictAgainst(mixed));
        Assert.Equal(plain.NatsPerChannel.Mean, mixed.NatsPerChannel.Mean, 0.005);
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(1e6)]
    public void Scale_of_the_feature_changes_nothing(double scale)
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Pair(0.8, 1000), Pair(0.8, 1000, seed: 1));
        double plain = Measure(train, test).NatsPerChannel.Mean;
        double scaled = Measure((train.F * scale, train.X), (test.F * scale, test.X)).NatsPerChannel.Mean;
        Assert.Equal(plain, scaled, 1e-4);
    }

    [Theory]
    [InlineData(0.0f)]
    [InlineData(0.1f)]
    [InlineData(1e6f)]
    public void A_constant_feature_gives_nothing(float value)
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Pair(0.8, 1000), Pair(0.8, 1000, seed: 1));
        InformationResult result = Measure((full_like(train.F, value), train.X), (full_like(test.F, value), test.X));
        Assert.All(result.PerSeed, nats => Assert.Equal(0, nats, 1e-6));
    }

    [Fact]
    public void An_unrelated_feature_gives_nothing_within_its_interval()
    {
        using var scope = NewDisposeScope();
        InformationResult result = Measure(Pair(0, 1000), Pair(0, 1000, seed: 1));
        Assert.Equal(0, result.NatsPerChannel.Mean, 0.005);
        Assert.True(result.NatsPerChannel.Low <= 1e-9);
    }

    [Fact]
    public void A_dead_dimension_next_to_a_living_one_is_harmless()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Pair(0.8, 1000), Pair(0.8, 1000, seed: 1));
        // Dead in training, alive in the test: a decoder that divided by its training deviation would explode.
        Tensor dead = full([1000, 1], 0.1f), alive = Normal(1000, 1, "alive", 0);
        double plain = Measure(train, test).NatsPerChannel.Mean;
        double withDead = Measure((cat([train.F, dead], 1), train.X), (cat([test.F, alive], 1), test.X)).NatsPerChannel.Mean;
        Assert.Equal(plain, withDead, 1e-4);
    }

    [Fact]
    public void More_dimensions_than_rows_is_no_obstacle()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Pair(0.9, 100), Pair(0.9, 100, seed: 1));
        Tensor Wide(Tensor f, int seed) => cat([f, Normal(100, 300, "wide", seed)], 1);
        InformationResult result = Measure((Wide(train.F, 0), train.X), (Wide(test.F, 1), test.X));
        Assert.InRange(result.NatsPerChannel.Mean, 0, -0.5 * Math.Log(1 - (0.9 * 0.9)));
    }

    [Fact]
    public void The_variance_is_not_fitted_on_the_test_rows()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Pair(0.8, 1000), Pair(0.8, 1000, seed: 1));
        // With the test targets three times as wide, a variance of their own would leave the information;
        // one from training pays for the surprise.
        InformationResult wide = Measure(train, (test.F, 3 * test.X));
        double own = 0.5 * Math.Log(2 * Math.PI * 9) + 0.5;
        Assert.True(wide.ConstantLoss > own + 1, $"{wide.ConstantLoss}");
    }

    [Fact]
    public void Losses_and_information_belong_together()
    {
        using var scope = NewDisposeScope();
        InformationResult result = Measure(Pair(0.8, 1000), Pair(0.8, 500, seed: 1));
        Assert.Equal(0.5 * Math.Log(2 * Math.PI * Math.E), result.ConstantLoss, 0.05);
        Assert.Equal(3, result.DecoderLosses.Count);
        Assert.Equal(result.ConstantLoss - result.DecoderLosses.Average(), result.NatsPerChannel.Mean, 1e-9);
        Assert.Equal(result.PerSeed.Average(), result.NatsPerChannel.Mean, 1e-9);
        Assert.Equal((500, 0, 3), (result.TestImages, result.LeakedImages, result.NatsPerChannel.Count));
    }

    [Fact]
    public void Double_features_that_want_gradients_are_taken_as_they_are()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Pair(0.8, 500), Pair(0.8, 500, seed: 1));
        double plain = Measure(train, test).NatsPerChannel.Mean;
        Tensor wanting = train.F.to(ScalarType.Float64).requires_grad_();
        double other = Measure((wanting, train.X.to(ScalarType.Float64)), (test.F.to(ScalarType.Float64), test.X)).NatsPerChannel.Mean;
        Assert.Equal(plain, other, 1e-6);
    }

    [Fact]
    public void Targets_that_are_not_finite_are_an_input_error()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Pair(0.8, 100), Pair(0.8, 100, seed: 1));
        Assert.Throws<InputException>(() => Measure((train.F, train.X / 0), test));
    }

    private static InformationResult Measure((Tensor F, Tensor X) train, (Tensor F, Tensor X) test) =>
        InformationMeter.MeasureTargets(train.F, train.X, test.F, test.X, new InformationMeterOptions());

    /// <summary>Feature and target of correlation r, dimension by dimension.</summary>
    private static (Tensor F, Tensor X) Pair(double r, int rows, int seed = 0)
    {
        Tensor x = Normal(rows, Dimensions, "x", seed);
        return ((r * x) + (Math.Sqrt(1 - (r * r)) * Normal(rows, Dimensions, "f", seed)), x);
    }

    private static (Tensor F, Tensor X) Noisy((Tensor F, Tensor X) pair, double sigma, int seed) =>
        (pair.F + (sigma * Normal((int)pair.F.shape[0], Dimensions, "noise", seed)), pair.X);

    private static Tensor Normal(int rows, int columns, string purpose, int seed)
    {
        var random = new global::ReMem.Runtime.CounterRandom(seed, purpose);
        return tensor(Enumerable.Range(0, rows * columns).Select(_ => (float)random.Normal()).ToArray()).view(rows, columns);
    }
}

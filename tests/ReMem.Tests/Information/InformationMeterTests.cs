using ReMem.Information;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Information;

/// <summary>
/// The meter on images: synthetic ones, drawn from a few hidden numbers, so that what a feature knows of them is set by hand.
/// </summary>
public sealed class InformationMeterTests
{
    private const int Size = 8;
    private const int Hidden = 4;
    private static readonly InformationMeterOptions Quick = new() { ImageSize = Size, Epochs = 2, Width = 8, BatchSize = 32 };

    [Fact]
    public void It_falls_as_the_feature_knows_less_and_ends_at_zero()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(400, 0), Draw(200, 1));
        double[] measured =
            [.. new[] { 0, 0.5, 2, 1000 }.Select(sigma => Measure(Noisy(train, sigma, 2), Noisy(test, sigma, 3)).NatsPerChannel.Mean)];
        for (int i = 1; i < measured.Length; i++)
            Assert.True(measured[i] < measured[i - 1] - 0.02, string.Join(" ", measured));
        Assert.True(measured[0] > 0.3, string.Join(" ", measured));
        Assert.Equal(0, measured[^1], 0.01);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_constant_feature_gives_nothing_within_its_interval(int epochs)
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(200, 0), Draw(100, 1));
        InformationResult result = InformationMeter.Measure(
            full([200, 3], 0.7f), train.X, full([100, 3], 0.7f), test.X, Quick with { Epochs = epochs });
        Assert.True(result.NatsPerChannel.Low <= 1e-6, $"{result.NatsPerChannel}");
        Assert.All(result.PerSeed, nats => Assert.Equal(0, nats, 0.005));
    }

    [Theory]
    [InlineData(nameof(Likelihood.Gaussian))]
    [InlineData(nameof(Likelihood.Bce))]
    public void A_call_leaves_no_tensor_behind(string name)
    {
        Likelihood likelihood = Enum.Parse<Likelihood>(name);
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(60, 0), Draw(30, 1));
        InformationMeterOptions options = Quick with { Likelihood = likelihood };
        using var images = MeterImages.Prepare(train.X, test.X, options);
        InformationMeter.Measure(train.F, test.F, images);
        InformationMeter.Draw(train.F, test.F, images).Dispose();
        long before = Live();
        InformationMeter.Measure(train.F, test.F, images);
        InformationMeter.Draw(train.F, test.F, images).Dispose();
        Assert.Equal(before, Live());

        // Tensor.TotalCount counts a tensor that became a module's parameter forever, though its memory is given back with the module.
        static long Live() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;
    }

    [Fact]
    public void Codes_that_name_an_image_without_showing_it_give_nothing()
    {
        using var scope = NewDisposeScope();
        // Every image has a code of its own and more dimensions than there are images:
        // all a decoder can do is learn its training images by heart.
        (Tensor F, Tensor X) Coded(int count, int seed) => (Normal(count, 300, "code", seed).sign(), Draw(count, seed).X);
        InformationResult result = Measure(Coded(200, 0), Coded(100, 1));
        Assert.All(result.PerSeed, nats => Assert.Equal(0, nats, 0.02));
        Assert.Equal("lower", result.VerdictAgainst(Measure(Draw(200, 0), Draw(100, 1))));
    }

    [Fact]
    public void More_principal_components_of_the_image_keep_more_of_it()
    {
        using var scope = NewDisposeScope();
        (Tensor train, Tensor test) = (Soft(400, 0), Soft(200, 1));
        Tensor flat = train.flatten(1).to(ScalarType.Float32), mean = flat.mean([0]);
        (_, Tensor vectors) = linalg.eigh((flat - mean).t().matmul(flat - mean));
        InformationResult[] kept = [.. new[] { 2, 6, 16 }.Select(components =>
        {
            Tensor basis = vectors[.., ^components..];
            return Measure((Project(train, basis), train), (Project(test, basis), test));
        })];
        Assert.Equal("higher", kept[1].VerdictAgainst(kept[0]));
        Assert.Equal("higher", kept[2].VerdictAgainst(kept[1]));

        Tensor Project(Tensor images, Tensor basis) => (images.flatten(1).to(ScalarType.Float32) - mean).matmul(basis);

        // Random 4x4 pictures, enlarged: what a photo looks like to a meter of few pixels.
        static Tensor Soft(int count, int seed) => nn.functional.interpolate(
            Normal(count, 3 * 4 * 4, "soft", seed).view(count, 3, 4, 4) * 40, [Size,
                Size], mode: InterpolationMode.Bilinear, align_corners: false)
            .add(128).clamp(0, 255).to(ScalarType.Byte);
    }

    [Fact]
    public void Invertible_mixing_changes_nothing_beyond_the_interval()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Noisy(Draw(400, 0), 0.5, 2), Noisy(Draw(200, 1), 0.5, 3));
        Tensor mix = eye(Hidden) + (0.3 * Normal(Hidden, Hidden, "mix", 0));
        InformationResult plain = Measure(train, test);
        InformationResult mixed = Measure((train.F.matmul(mix) * 100, train.X), (test.F.matmul(mix) * 100, test.X));
        Assert.Equal("inconclusive", plain.VerdictAgainst(mixed));
        Assert.Equal(plain.NatsPerChannel.Mean, mixed.NatsPerChannel.Mean, 0.01);
    }

    [Fact]
    public void Convolutions_find_what_is_not_linear_in_the_feature()
    {
        using var scope = NewDisposeScope();
        // Black or white, by the feature's sign: a linear decoder can only draw shades of grey.
        (Tensor F, Tensor X) Signs(int count, int seed)
        {
            Tensor f = Normal(count, 1, "signs", seed);
            Tensor pixels = 20 * Normal(count, 3 * Size * Size, "pixels", seed);
            return (f, ((f.sign() * 80) + 128 + pixels).clamp(0, 255).to(ScalarType.Byte).view(count, 3, Size, Size));
        }

        var (train, test) = (Signs(400, 0), Signs(200, 1));
        double linear = Measure(train, test, Quick with { Epochs = 0 }).NatsPerChannel.Mean;
        double refined = Measure(train, test, Quick with { Epochs = 10, Lr = 1e-2 }).NatsPerChannel.Mean;
        Assert.True(linear > 0.3, $"{linear}");
        Assert.True(refined > linear + 0.2, $"{linear} {refined}");
    }

    [Fact]
    public void A_refinement_that_overfits_is_not_kept()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(60, 0), Draw(200, 1));
        InformationMeterOptions wild = Quick with { Epochs = 3, Lr = 1, Width = 32 };
        double linear = Measure(train, test, Quick with { Epochs = 0 }).NatsPerChannel.Mean;
        Assert.Equal(linear, Measure(train, test, wild).NatsPerChannel.Mean, 0.02);
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers_and_another_seed_others()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Noisy(Draw(100, 0), 0.5, 2), Noisy(Draw(60, 1), 0.5, 3));
        IReadOnlyList<double> first = Measure(train, test).PerSeed;
        Assert.Equal(first, Measure(train, test).PerSeed);
        Assert.Equal(first[1], Measure(train, test, Quick with { Seed = 1 }).PerSeed[0]);
        Assert.Equal(3, first.Distinct().Count());
    }

    [Fact]
    public void It_measures_under_no_grad_too()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(60, 0), Draw(30, 1));
        IReadOnlyList<double> expected = Measure(train, test).PerSeed;
        using var guard = no_grad();
        Assert.Equal(expected, Measure(train, test).PerSeed);
        Assert.False(is_grad_enabled());
    }

    [Fact]
    public void Test_images_that_were_trained_on_do_not_count()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Noisy(Draw(60, 0), 1, 2), Noisy(Draw(40, 1), 1, 3));
        // A wide random feature lets a decoder learn its training images by heart: judged on them, it would seem to know much.
        (Tensor F, Tensor X) Tagged((Tensor F, Tensor X) set, int seed) =>
            (cat([set.F, Normal((int)set.F.shape[0], 200, "tag", seed)], 1), set.X);
        (train, test) = (Tagged(train, 4), Tagged(test, 5));
        InformationResult clean = Measure(train, test);
        InformationResult leaky = Measure(train, (cat([train.F, test.F], 0), cat([train.X, test.X], 0)));
        Assert.Equal(clean.PerSeed, leaky.PerSeed);
        Assert.Equal((40, 60), (leaky.TestImages, leaky.LeakedImages));
        Assert.Equal((40, 0), (clean.TestImages, clean.LeakedImages));
    }

    [Fact]
    public void A_test_split_that_is_the_training_split_is_an_input_error()
    {
        using var scope = NewDisposeScope();
        var train = Draw(60, 0);
        InputException error = Assert.Throws<InputException>(() => Measure(train, train));
        Assert.Contains("60 test images are left out, since they are also training images", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_pixel_makes_another_image()
    {
        using var scope = NewDisposeScope();
        var train = Draw(60, 0);
        Tensor other = train.X.clone();
        other[TensorIndex.Colon, 2, Size - 1, Size - 1] = other[TensorIndex.Colon, 2, Size - 1, Size - 1].bitwise_xor(1);
        Assert.Equal(0, Measure(train, (train.F, other)).LeakedImages);
    }

    [Fact]
    public void No_tensor_is_left_behind_and_none_of_the_callers_is_taken()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(60, 0), Draw(30, 1));
        Measure(train, test);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Measure(train, test);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.All(new[] { train.F, train.X, test.F, test.X }, t => Assert.False(t.IsInvalid));
    }

    [Fact]
    public void Cancelling_stops_it()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(60, 0), Draw(30, 1));
        Assert.Throws<OperationCanceledException>(() =>
            InformationMeter.Measure(train.F, train.X, test.F, test.X, Quick, new CancellationToken(true)));
    }

    [Theory]
    [InlineData(39, 30, "39 training")]
    [InlineData(60, 9, "9 test")]
    public void Too_few_images_are_an_input_error(int trains, int tests, string named)
    {
        using var scope = NewDisposeScope();
        Assert.Contains(named, Assert.Throws<InputException>(() => Measure(Draw(trains, 0), Draw(tests, 1))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Features_that_are_not_finite_are_an_input_error(float value)
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(60, 0), Draw(30, 1));
        Tensor broken = test.F.clone();
        broken[3, 1] = value;
        Assert.Contains("test features hold NaN", Assert.Throws<InputException>(() => Measure(train, (broken, test.X))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_input_errors()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(60, 0), Draw(30, 1));
        Refused("test features are [29, 4] for 30 images", train, (test.F[..29], test.X));
        Refused("training features are [60] for 60 images", (train.F.sum(1), train.X), test);
        Refused("training features have 4 dimensions and the test features 3", train, (test.F[.., ..3], test.X));
        Refused("must be uint8 [N, 3, 8, 8]", (train.F, train.X.to(ScalarType.Float32)), test);
        Refused("must be uint8 [N, 3, 8, 8]", train, (test.F, test.X[.., ..1]));
        Refused("must be uint8 [N, 3, 16, 16]", train, test, Quick with { ImageSize = 16 });

        static void Refused(string said, (Tensor F, Tensor X) train, (Tensor F, Tensor X) test, InformationMeterOptions? options = null) =>
            Assert.Contains(said, Assert.Throws<InputException>(() => Measure(train, test, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_input_errors_before_any_work()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(60, 0), Draw(30, 1));
        foreach ((string name, InformationMeterOptions options) in new[]
        {
            ("image size is 10", Quick with { ImageSize = 10 }),
            ("ImageSize", Quick with { ImageSize = 4 }),
            ("Seeds", Quick with { Seeds = 1 }),
            ("BatchSize", Quick with { BatchSize = 0 }),
            ("ValFraction", Quick with { ValFraction = 0.9 }),
            ("Lr", Quick with { Lr = double.NaN }),
        })
        {
            Assert.Contains(name, Assert.Throws<InputException>(() => Measure(train, test, options)).Message, StringComparison.Ordinal);
        }
    }

    private static InformationResult Measure((Tensor F, Tensor X) train, (Tensor F, Tensor X) test,
        InformationMeterOptions? options = null) =>
        InformationMeter.Measure(train.F, train.X, test.F, test.X, options ?? Quick);

    /// <summary>
    /// Images that mix a few fixed patterns by hidden normal numbers, with pixel noise; the feature is the hidden numbers.
    /// </summary>
    private static (Tensor F, Tensor X) Draw(int count, int seed)
    {
        Tensor hidden = Normal(count, Hidden, "hidden", seed);
        Tensor patterns = Normal(Hidden, 3 * Size * Size, "patterns", 0);
        Tensor images = 128 + (20 * hidden.matmul(patterns)) + (20 * Normal(count, 3 * Size * Size, "pixels", seed));
        return (hidden, images.clamp(0, 255).to(ScalarType.Byte).view(count, 3, Size, Size));
    }

    private static (Tensor F, Tensor X) Noisy((Tensor F, Tensor X) set, double sigma, int seed) =>
        (set.F + (sigma * Normal((int)set.F.shape[0], Hidden, "noise", seed)), set.X);

    private static Tensor Normal(int rows, int columns, string purpose, int seed)
    {
        var random = new global::ReMem.Runtime.CounterRandom(seed, purpose);
        return tensor(Enumerable.Range(0, rows * columns).Select(_ => (float)random.Normal()).ToArray()).view(rows, columns);
    }
}

using ReMem.Information;
using static TorchSharp.torch;

namespace ReMem.Tests.Information;

/// <summary>Token maps: every token knows its own piece of the image, more or less.</summary>
public sealed class GridDecoderTests
{
    private const int Size = 16;
    private static readonly InformationMeterOptions Linear = new() { ImageSize = Size, Epochs = 0 };

    [Theory]
    [InlineData(4, ScalarType.Float32)]
    [InlineData(4, ScalarType.Float16)]
    [InlineData(3, ScalarType.Float32)]
    public void Tokens_that_hold_their_piece_keep_more_than_a_vector_of_their_mean(int grid, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(120, 0), Draw(60, 1));
        InformationResult map = InformationMeter.Measure(Tokens(train, grid).to(type), train, Tokens(test, grid).to(type), test, Linear);
        InformationResult mean = InformationMeter.Measure(Tokens(train, grid).mean([2, 3]), train, Tokens(test, grid).mean([2, 3]), test,
            Linear);
        Assert.Equal("higher", map.VerdictAgainst(mean));
        Assert.True(map.NatsPerChannel.Mean > 0.5, $"{map.NatsPerChannel}");
    }

    [Fact]
    public void Noise_lowers_it_step_by_step_to_nothing()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(120, 0), Draw(60, 1));
        double[] measured = [.. new[] { 0, 30.0, 100, 1e6 }.Select(sigma =>
            InformationMeter.Measure(Noisy(Tokens(train, 4), sigma, 2), train, Noisy(Tokens(test, 4), sigma,
                3), test, Linear).NatsPerChannel.Mean)];
        for (int i = 1; i < measured.Length; i++)
            Assert.True(measured[i] < measured[i - 1] - 0.02, string.Join(" ", measured));
        Assert.Equal(0, measured[^1], 0.01);
    }

    [Fact]
    public void Mixing_the_channels_changes_nothing_beyond_the_interval()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(120, 0), Draw(60, 1));
        Tensor Plain(Tensor x, int seed) => Noisy(Tokens(x, 4), 20, seed)[.., ..12];
        Tensor mix = (eye(12) + (0.3 * Normal("mix", 0, 12, 12))) * 100;
        Tensor Mixed(Tensor x, int seed) => einsum("ncgh,cd->ndgh", Plain(x, seed), mix) + 7;
        InformationResult plain = InformationMeter.Measure(Plain(train, 2), train, Plain(test, 3), test, Linear);
        InformationResult mixed = InformationMeter.Measure(Mixed(train, 2), train, Mixed(test, 3), test, Linear);
        Assert.Equal(plain.NatsPerChannel.Mean, mixed.NatsPerChannel.Mean, 0.01);
        Assert.Equal("inconclusive", plain.VerdictAgainst(mixed));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(3)]
    public void Maps_that_never_vary_give_nothing(int grid)
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(60, 0), Draw(30, 1));
        InformationResult result = InformationMeter.Measure(full([60, 5, grid, grid], 0.3f), train, full([30, 5, grid, grid], 0.3f), test,
            Linear);
        Assert.All(result.PerSeed, nats => Assert.Equal(0, nats, 1e-6));
    }

    [Fact]
    public void Where_a_token_stands_is_no_information_about_the_image()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(60, 0), Draw(30, 1));
        Tensor Places(long count) => arange(16).to(ScalarType.Float32).view(1, 1, 4, 4).expand(count, 3, 4, 4).clone();
        InformationResult result = InformationMeter.Measure(Places(60), train, Places(30), test, Linear);
        Assert.All(result.PerSeed, nats => Assert.Equal(0, nats, 1e-6));
    }

    [Fact]
    public void Convolutions_may_follow_and_a_map_of_another_shape_is_an_input_error()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Draw(60, 0), Draw(30, 1));
        InformationMeterOptions refined = Linear with { Epochs = 1, Width = 8 };
        double linear = InformationMeter.Measure(Tokens(train, 2), train, Tokens(test, 2), test, Linear).NatsPerChannel.Mean;
        Assert.True(InformationMeter.Measure(Tokens(train, 2), train, Tokens(test, 2), test, refined).NatsPerChannel.Mean > linear - 0.02);
        Refused("are 4 x 2; they must be square", Tokens(train, 4)[.., .., .., ..2], Tokens(test, 4)[.., .., .., ..2]);
        Refused("have the shape [48, 4, 4] and the test features the shape [192, 2, 2]", Tokens(train, 4), Tokens(test, 2));

        void Refused(string said, Tensor trainMaps, Tensor testMaps) => Assert.Contains(
            said, Assert.Throws<InputException>(() => InformationMeter.Measure(trainMaps, train, testMaps, test, Linear)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>The pixels of each piece as a token's channels; pieces of a grid that does not divide the image are resized.</summary>
    private static Tensor Tokens(Tensor images, int grid)
    {
        Tensor x = images.to(ScalarType.Float32);
        int piece = (Size + grid - 1) / grid;
        if (piece * grid != Size)
            x = nn.functional.interpolate(x, [piece * grid, piece * grid], mode: InterpolationMode.Bilinear, align_corners: false);
        return nn.functional.pixel_unshuffle(x, piece);
    }

    private static Tensor Noisy(Tensor maps, double sigma, int seed) => maps + (sigma * Normal("noise", seed, maps.shape));

    private static Tensor Draw(int count, int seed) => nn.functional.interpolate(
        Normal("soft", seed, count, 3, 8, 8) * 50, [Size,
            Size], mode: InterpolationMode.Bilinear, align_corners: false).add(128).clamp(0, 255).to(ScalarType.Byte);

    private static Tensor Normal(string purpose, int seed, params long[] shape)
    {
        var random = new global::ReMem.Runtime.CounterRandom(seed, purpose);
        return tensor(Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => (float)random.Normal()).ToArray()).view(shape);
    }
}

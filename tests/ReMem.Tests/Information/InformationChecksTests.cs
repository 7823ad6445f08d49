using ReMem.Evaluation;
using ReMem.Information;
using static TorchSharp.torch;

namespace ReMem.Tests.Information;

/// <summary>The three checks against jointly Gaussian data, whose information is known.</summary>
public sealed class InformationChecksTests
{
    private static readonly InformationMeterOptions Options = new();

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.9)]
    public void Gaussian_gives_the_closed_form(double r)
    {
        using var scope = NewDisposeScope();
        InformationCheck check = InformationChecks.Run("gaussian", Pair(r, 8, 16000), Pair(r, 8, 16000, seed: 1), Options);
        double expected = Known(r, 8);
        Assert.InRange(check.Nats.Mean, 0.95 * expected, 1.05 * expected);
        Assert.Equal((8, 8, 16000, null), (check.FeatureDimensions, check.CodeDimensions, check.Images, check.Cap));
    }

    [Theory]
    [InlineData(0.8)]
    [InlineData(0.95)]
    public void Ksg_gives_the_closed_form_of_few_dimensions(double r)
    {
        using var scope = NewDisposeScope();
        var (f, x) = Pair(r, 1, 4500, seed: 1);
        InformationCheck check = InformationChecks.Run("ksg", Pair(r, 1, 100), (f, x), Options);
        // By the correlation that this sample has: at 4,500 rows its own chance moves the information by 2 %.
        double expected = Known(((f - f.mean()) * (x - x.mean())).mean().item<float>() / (f.std().item<float>() * x.std().item<float>()),
            1);
        Assert.InRange(check.Nats.Mean, 0.95 * expected, 1.05 * expected);
        Assert.Equal(1500, check.Images);
    }

    [Fact]
    public void Ksg_sees_what_is_not_linear()
    {
        using var scope = NewDisposeScope();
        Tensor x = Normal("x", 0, 1500, 1), f = x.square() + (0.1 * Normal("f", 0, 1500, 1));
        Assert.True(InformationChecks.Run("ksg", (f, x), (f, x), Options).Nats.Low > 0.5);
        Assert.True(InformationChecks.Run("gaussian", (f, x), (f, x), Options).Nats.Mean < 0.1);
    }

    [Fact]
    public void InfoNce_is_a_lower_bound_that_comes_near_and_never_passes_its_cap()
    {
        using var scope = NewDisposeScope();
        InformationCheck some = InformationChecks.Run("infonce", Pair(0.8, 2, 1500), Pair(0.8, 2, 1024, seed: 1), Options);
        Assert.InRange(some.Nats.Mean, 0.7 * Known(0.8, 2), 1.05 * Known(0.8, 2));
        Assert.Equal(Math.Log(256), some.Cap!.Value, 1e-12);
        // Far more than it can measure: 16 dimensions at 0.99 are 31 nats.
        InformationCheck much = InformationChecks.Run("infonce", Pair(0.99, 16, 1500), Pair(0.99, 16, 100, seed: 1), Options);
        Assert.Equal(Math.Log(100), much.Cap!.Value, 1e-12);
        Assert.InRange(much.Nats.Mean, 0.9 * Math.Log(100), Math.Log(100));
    }

    [Theory]
    [InlineData("gaussian", 0.05)]
    [InlineData("ksg", 0.15)]
    [InlineData("infonce", 0.05)]
    public void What_is_unrelated_or_constant_gives_nothing(string name, double within)
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Pair(0, 3, 600), Pair(0, 3, 600, seed: 1));
        Assert.InRange(InformationChecks.Run(name, train, test, Options).Nats.Mean, -within, within);
        (Tensor, Tensor) Constant((Tensor F, Tensor X) set) => (full_like(set.F, 0.7), set.X);
        InformationCheck constant = InformationChecks.Run(name, Constant(train), Constant(test), Options);
        // Nearest neighbours in a coordinate that never varies are all alike, which the estimator takes for less than nothing.
        Assert.True(constant.Nats.Mean < within, $"{constant.Nats}");
    }

    [Theory]
    [InlineData("gaussian")]
    [InlineData("infonce")]
    public void Noise_lowers_it_and_scale_does_not(string name)
    {
        using var scope = NewDisposeScope();
        (Tensor F, Tensor X) Noisy(int seed, double sigma, double scale = 1)
        {
            var (f, x) = Pair(0.9, 3, 500, seed);
            return ((f + (sigma * Normal("noise", seed, 500, 3))) * scale, x);
        }

        double Measured(double sigma, double scale = 1) =>
            InformationChecks.Run(name, Noisy(0, sigma, scale), Noisy(1, sigma, scale), Options).Nats.Mean;
        double plain = Measured(0), some = Measured(0.7);
        Assert.True(plain > some + 0.1 && some > Measured(5) + 0.1);
        Assert.Equal(plain, Measured(0, 1e4), 0.02 * plain);
    }

    [Fact]
    public void Test_rows_do_not_reach_what_is_fitted()
    {
        using var scope = NewDisposeScope();
        // Wide features and few rows: canonical directions fit the training rows perfectly by chance, and mean nothing on others.
        (Tensor F, Tensor X) Chance(int seed) => (Normal("f", seed, 60, 32), Normal("x", seed, 60, 32));
        InformationCheck honest = InformationChecks.Run("gaussian", Chance(0), Chance(1), Options);
        InformationCheck leaked = InformationChecks.Run("gaussian", Chance(0), Chance(0), Options);
        Assert.InRange(honest.Nats.Mean, -1.0, 1.0);
        Assert.True(leaked.Nats.Mean > honest.Nats.Mean + 5, $"{leaked.Nats} {honest.Nats}");
    }

    [Fact]
    public void Many_columns_are_sketched_alike()
    {
        using var scope = NewDisposeScope();
        // 600 columns of 4 hidden numbers: the code is those numbers, mixed.
        Tensor hidden = Normal("hidden", 0, 400, 4), wide = hidden.matmul(Normal("mix", 0, 4, 600));
        Tensor code = PrincipalComponents.Fit(wide, 4, 0).Code(wide);
        Assert.Equal(1.0, code.square().mean().item<float>(), 1e-3);
        Tensor products = code.t().matmul(code) / 400;
        Assert.True((products - eye(4)).abs().max().item<float>() < 1e-3);
        InformationCheck check = InformationChecks.Run("gaussian", (wide, hidden), (wide, hidden), Options);
        Assert.True(check.Nats.Mean > 20, $"{check.Nats}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers()
    {
        using var scope = NewDisposeScope();
        foreach (string name in InformationChecks.Names)
        {
            Interval Once() => InformationChecks.Run(name, Pair(0.8, 2, 200), Pair(0.8, 2, 120, seed: 1), Options).Nats;
            Assert.Equal(Once(), Once());
        }
    }

    [Fact]
    public void Wrong_names_and_too_few_rows_are_input_errors()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("did you mean 'infonce'", Assert.Throws<InputException>(() => InformationChecks.RequireKnown(["infonec"])).Message,
            StringComparison.Ordinal);
        Assert.Contains("needs 6 per seed", Assert.Throws<InputException>(
            () => InformationChecks.Run("ksg", Pair(0.5, 1, 50), Pair(0.5, 1, 12), Options)).Message, StringComparison.Ordinal);
    }

    private static double Known(double r, int dimensions) => -0.5 * dimensions * Math.Log(1 - (r * r));

    private static (Tensor F, Tensor X) Pair(double r, int dimensions, int rows, int seed = 0)
    {
        Tensor x = Normal("x", seed, rows, dimensions);
        return ((r * x) + (Math.Sqrt(1 - (r * r)) * Normal("f", seed, rows, dimensions)), x);
    }

    private static Tensor Normal(string purpose, int seed, params long[] shape)
    {
        var random = new global::ReMem.Runtime.CounterRandom(seed, purpose);
        return tensor(Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => (float)random.Normal()).ToArray()).view(shape);
    }
}

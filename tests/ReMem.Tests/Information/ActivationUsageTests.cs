using ReMem.Information;
using static TorchSharp.torch;

namespace ReMem.Tests.Information;

public sealed class ActivationUsageTests
{
    [Fact]
    public void Units_are_counted_by_hand()
    {
        using var scope = NewDisposeScope();
        // 10 units. The first image has 9/10 of its mass in one unit, the second has equal masses, of which nine carry 90 %.
        Tensor mass = tensor(new float[,] { { 9, 1, 0, 0, 0, 0, 0, 0, 0, 0 }, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 } });
        ActivationUsage usage = ActivationUsage.Of(tensor(new[] { 0.25f, 0.75f }), mass);
        Assert.Equal(0.5, usage.AboveZero.Mean, 1e-6);
        Assert.Equal((0.1 + 0.9) / 2, usage.UnitsForNinety.Mean, 1e-9);
        Assert.Equal(10 / Math.Sqrt(82 * 10), usage.Cosine, 1e-6);
        Assert.Contains(Math.Round(usage.Jaccard, 6), new[] { 0.111111, 0 });
    }

    [Fact]
    public void Images_that_use_the_same_units_overlap_wholly_and_others_not_at_all()
    {
        using var scope = NewDisposeScope();
        Tensor same = tensor(new float[,] { { 4, 4, 0, 0 }, { 8, 8, 0, 0 }, { 1, 1, 0, 0 } });
        ActivationUsage alike = ActivationUsage.Of(zeros(3), same);
        Assert.Equal((1.0, 1.0), (Math.Round(alike.Cosine, 9), Math.Round(alike.Jaccard, 6)));
        Assert.Equal(0.5, alike.UnitsForNinety.Mean, 1e-9);
        ActivationUsage apart = ActivationUsage.Of(zeros(2), tensor(new float[,] { { 4, 4, 0, 0 }, { 0, 0, 3, 3 } }));
        Assert.Equal((0.0, 0.0), (Math.Round(apart.Cosine, 9), Math.Round(apart.Jaccard, 6)));
    }

    [Fact]
    public void A_silent_layer_has_no_units_and_no_NaN()
    {
        using var scope = NewDisposeScope();
        ActivationUsage usage = ActivationUsage.Of(zeros(3), zeros(3, 1));
        Assert.Equal((0.0, 0.0, 0.0, 0.0), (usage.AboveZero.Mean, usage.UnitsForNinety.Mean, usage.Cosine, usage.Jaccard));
    }
}

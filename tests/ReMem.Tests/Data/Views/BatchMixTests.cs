using ReMem.Data;
using ReMem.Data.Views;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Data.Views;

public sealed class BatchMixTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(1)]
    public void Mixup_is_the_weighted_sum(int count)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = Filled(count, 6), before = images.clone();
        BatchMix mix = BatchMix.Apply([images], count, 0.8, 0, Random(3));
        Assert.InRange(mix.Share, 0, 1);
        Tensor expected = (before.to(ScalarType.Float32) * (float)mix.Share)
            .add(before.flip(0).to(ScalarType.Float32) * (float)(1 - mix.Share));
        Assert.True(images.to(ScalarType.Float32).sub(expected).abs().max().item<float>() <= 0.51f);
    }

    [Fact]
    public void CutMix_swaps_a_rectangle_of_the_stated_share_at_every_size()
    {
        using DisposeScope scope = NewDisposeScope();
        List<double> shares = [];
        for (int n = 0; n < 60; n++)
        {
            Tensor images = Filled(4, 16), second = Filled(4, 32), before = images.clone();
            BatchMix mix = BatchMix.Apply([images, second], 4, 0, 1, Random(n));
            // Row i is plane value i throughout: a pixel is its own or its partner's.
            Tensor foreign = images.ne(before);
            Assert.Equal(1 - mix.Share, foreign.to(ScalarType.Float64).mean().item<double>(), 1e-9);
            Assert.True(images.eq(before).logical_or(images.eq(before.flip(0))).all().item<bool>());
            Assert.Equal(1 - mix.Share, second.ne(Filled(4, 32)).to(ScalarType.Float64).mean().item<double>(), 0.13);
            shares.Add(mix.Share);
        }

        Assert.InRange(shares.Average(), 0.5, 0.85);
        Assert.True(shares.Distinct().Count() > 30);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(8)]
    public void Shares_are_betas(double alpha)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] shares = [.. Enumerable.Range(0, 1500)
            .Select(n => BatchMix.Apply([zeros([2, 3, 1, 1], ScalarType.Byte)], 2, alpha, 0, Random(n)).Share)];
        Assert.Equal(0.5, shares.Average(), 0.04);
        double variance = shares.Average(s => (s - 0.5) * (s - 0.5));
        Assert.Equal(1 / (4 * ((2 * alpha) + 1)), variance, 0.015);
    }

    [Fact]
    public void Both_alternate()
    {
        using DisposeScope scope = NewDisposeScope();
        int cuts = Enumerable.Range(0, 200).Count(n =>
        {
            Tensor images = Filled(2, 8);
            BatchMix.Apply([images], 2, 1, 1, Random(n));
            return images.eq(0).logical_or(images.eq(50)).all().item<bool>();
        });
        Assert.InRange(cuts, 70, 130);
    }

    [Fact]
    public void Targets_mix_as_the_images()
    {
        using DisposeScope scope = NewDisposeScope();
        var plain = new Batch(zeros([2, 3, 1, 1], ScalarType.Byte), tensor(new long[] { 2, 0 }), [0, 1]);
        Assert.Same(plain.Labels, plain.Targets(3));
        Batch mixed = plain with { Mix = new BatchMix(0.75) };
        Assert.Equal([0.25f, 0, 0.75f, 0.75f, 0, 0.25f], mixed.Targets(3).data<float>().ToArray());
        Tensor logits = tensor(new float[] { 1, 2, 3, -1, 0, 2 }).view(2, 3);
        double soft = nn.functional.cross_entropy(logits, mixed.Targets(3), label_smoothing: 0.1).item<float>();
        double own = nn.functional.cross_entropy(logits, plain.Labels, label_smoothing: 0.1).item<float>();
        double other = nn.functional.cross_entropy(logits, plain.Labels.flip(0), label_smoothing: 0.1).item<float>();
        Assert.Equal((0.75 * own) + (0.25 * other), soft, 1e-5);
    }

    private static CounterRandom Random(int n) => new(5, "mix", 0, n);

    /// <summary>Image i is 50 i throughout.</summary>
    private static Tensor Filled(int count, int side) =>
        arange(count, dtype: ScalarType.Byte).mul(50).view(count, 1, 1, 1).expand(count, 3, side, side).contiguous();
}

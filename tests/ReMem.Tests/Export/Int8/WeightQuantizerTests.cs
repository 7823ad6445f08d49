using ReMem.Export.Int8;

namespace ReMem.Tests.Export.Int8;

public class WeightQuantizerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Each_channel_has_a_scale_of_its_own(bool isFirst)
    {
        // Two channels, (1.27, -0.64, 0.01) and (12.7, 0, -12.7).
        float[] weights = isFirst ? [1.27f, -0.64f, 0.01f, 12.7f, 0, -12.7f] : [1.27f, 12.7f, -0.64f, 0, 0.01f, -12.7f];
        (sbyte[] values, float[] scales) = WeightQuantizer.Round(weights, 2, isFirst);
        Assert.Equal([0.01f, 0.1f], scales.Select(s => MathF.Round(s, 6)));
        Assert.Equal(isFirst ? [127, -64, 1, 127, 0, -127] : (sbyte[])[127, 127, -64, 0, 1, -127], values);
    }

    [Fact]
    public void A_few_large_weights_are_clipped_where_that_is_nearer()
    {
        float[] weights = [1.1f, .. Enumerable.Range(0, 20_000).Select(i => MathF.Sin(i) * 0.9f)];
        (sbyte[] values, float[] scales) = WeightQuantizer.Round(weights, 1, true);
        Assert.True(scales[0] < 1.1f / 127);
        Assert.Equal(127, values[0]);
        double Squares(Func<float, double> round) => weights.Sum(w => Math.Pow(round(w) - w, 2));
        Assert.True(
            Squares(w => WeightQuantizer.Round(w, scales[0]) * (double)scales[0]) < Squares(w => Math.Round(w / (1.1 / 127)) * 1.1 / 127));
    }

    [Fact]
    public void Dead_channels_and_smallest_scales_are_kept()
    {
        (sbyte[] values, float[] scales) = WeightQuantizer.Round([0, 0, 1, -1], 2, true, [0, 5]);
        Assert.Equal([1f, 5f], scales);
        Assert.Equal([0, 0, 0, 0], values);
    }
}

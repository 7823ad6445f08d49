using Microsoft.ML.OnnxRuntime.Tensors;
using ReMem.Export.Int8;

namespace ReMem.Tests.Export.Int8;

public class EqualizationTests
{
    /// <summary>
    /// A channel that is 300 times as large as the other, before a depthwise convolution and one that mixes the channels.
    /// </summary>
    private static FloatGraph Uneven { get; } = TestGraphs.Of(
        2,
        2,
        ("Conv", "a", ["input"], [300, 20, 0.5f, 1], [2, 2, 1, 1], [10, 0.1f]),
        ("Relu", "b", ["a"], null, null, null),
        ("Conv", "c", ["b"], [1, 2], [2, 1, 1, 1], [0, 0]),
        ("Relu", "d", ["c"], null, null, null),
        ("Conv", "e", ["d"], [0.003f, 1, -0.002f, 2], [2, 2, 1, 1], [0, 0]));

    [Fact]
    public void The_float_model_answers_as_before_and_the_channels_are_of_one_size()
    {
        DenseTensor<float> images = TestGraphs.Noise(7, 0, 1, 16, 2, 2, 2);
        FloatGraph graph = Uneven.Clone();
        QuantizationPlan plan = QuantizationPlan.Of(graph, []);
        Assert.Equal(2, Equalization.Apply(graph, plan, Statistics(graph, images)));
        float[] before = (float[])TestGraphs.Run(Uneven, images)["e"], after = (float[])TestGraphs.Run(graph, images)["e"];
        for (int i = 0; i < before.Length; i++)
            Assert.Equal(before[i], after[i], 1e-3f);
        float Spread(FloatGraph of, string tensor) =>
            Statistics(of, images)[tensor].ChannelSizes is [var one, var other] ? Math.Max(one / other, other / one) : 0;
        Assert.True(Spread(Uneven, "b") > 100);
        Assert.InRange(Spread(graph, "b"), 1, 1.01);
        Assert.True(Spread(graph, "d") < Spread(Uneven, "d") / 10);
    }

    [Fact]
    public void What_is_used_twice_is_left_alone()
    {
        FloatGraph graph = TestGraphs.Of(
            2,
            2,
            ("Conv", "a", ["input"], [300, 20, 0.5f, 1], [2, 2, 1, 1], [10, 0.1f]),
            ("Relu", "b", ["a"], null, null, null),
            ("Conv", "c", ["b"], [1, 2, 3, 4], [2, 2, 1, 1], [0, 0]),
            ("Add", "d", ["b", "c"], null, null, null));
        Assert.Empty(Equalization.Pairs(graph, QuantizationPlan.Of(graph, [])));
    }

    private static Dictionary<string, TensorStatistics> Statistics(FloatGraph graph, DenseTensor<float> images) =>
        Calibration.Run(graph, QuantizationPlan.Of(graph, []).Tensors, [images], "test", histograms: false,
            TestContext.Current.CancellationToken);
}

using System.Runtime.Intrinsics.X86;
using Microsoft.ML.OnnxRuntime.Tensors;
using ReMem.Export.Int8;

namespace ReMem.Tests.Export.Int8;

public class Int8GraphTests
{
    private static readonly float[] First = [0.5f, -1.25f, 0.75f, 2, -0.3f, 0.1f], FirstBias = [0.2f, -0.1f, 0.05f];
    private static readonly float[] Second = [1, -2, 0.5f, -0.25f, 0.125f, 3], SecondBias = [0.1f, 0.3f];

    private static FloatGraph TwoLayers { get; } = TestGraphs.Of(
        2,
        2,
        ("Conv", "a", ["input"], First, [3, 2, 1, 1], FirstBias),
        ("Relu", "b", ["a"], null, null, null),
        ("Conv", "c", ["b"], Second, [2, 3, 1, 1], SecondBias),
        ("Relu", "d", ["c"], null, null, null),
        ("GlobalAveragePool", "e", ["d"], null, null, null));

    /// <summary>Integers only, but for the factor from the products' steps to the result's.</summary>
    [Fact]
    public void Two_layers_are_those_of_integer_arithmetic_to_the_last_bit()
    {
        DenseTensor<float> images = TestGraphs.Noise(3, -1, 1, 4, 2, 2, 2);
        FloatGraph graph = Quantize(TwoLayers, images);
        Dictionary<string, object> seen = TestGraphs.Run(graph, images, ("input_quantized", 2), ("b_quantized", 2), ("d_quantized", 2));
        byte[] x = (byte[])seen["input_quantized"], y = (byte[])seen["b_quantized"], z = (byte[])seen["d_quantized"];
        byte[] rounded =
            [.. images.Select(v => Clip((int)MathF.Round(v / Scale(graph, "input"), MidpointRounding.ToEven) + Zero(graph, "input")))];
        Assert.Equal(rounded, x);
        Equal(pairs => Layer(graph, "a", "input", "b", x, 2, 3, pairs), y);
        Equal(pairs => Layer(graph, "c", "b", "d", y, 3, 2, pairs), z);
        Assert.Equal(0, Zero(graph, "b"));
        Assert.True(y.Distinct().Count() > 5);
    }

    [Fact]
    public void Weights_are_integers_in_the_file_and_the_float_ones_are_gone()
    {
        FloatGraph graph = Quantize(TwoLayers, TestGraphs.Noise(3, -1, 1, 4, 2, 2, 2));
        Assert.Equal(["a.weight_quantized", "c.weight_quantized"],
            graph.Model.Graph.Initializer.Where(t => t.DataType == 3 && t.Dims.Count == 4).Select(t => t.Name));
        Assert.DoesNotContain(graph.Model.Graph.Initializer, t => t.Name is "a.weight" or "c.weight" or "a.bias" or "c.bias");
        // One pair an activation, none between a convolution and its ReLU.
        Assert.Equal(3, graph.Nodes.Count(n => n.OpType == "QuantizeLinear"));
        Assert.DoesNotContain(graph.Nodes, n => n.OpType == "QuantizeLinear" && n.Input[0] is "a" or "c");
    }

    /// <summary>What rounding the weights adds on average is taken out of the bias again.</summary>
    [Fact]
    public void The_mean_of_each_channel_is_the_float_models()
    {
        var random = new Random(4);
        float[] weights = [.. Enumerable.Range(0, 4 * 64).Select(i => i % 64 == 0 ? 1 : 0.0033f + (0.0001f * random.NextSingle()))];
        FloatGraph graph = TestGraphs.Of(
            64, 1, ("Conv", "a", ["input"], weights, [4, 64, 1, 1], [0, 0, 0, 0]), ("Relu", "b", ["a"], null, null, null),
            ("GlobalAveragePool", "c", ["b"], null, null, null));
        DenseTensor<float> images = TestGraphs.Noise(5, 0.5f, 1.5f, 64, 64, 1, 1);
        float[] single = (float[])TestGraphs.Run(graph, images)["c"], rounded = (float[])TestGraphs.Run(Quantize(graph, images),
            images)["c"];
        for (int c = 0; c < 4; c++)
            Assert.Equal(Mean(single, c), Mean(rounded, c), 0.01f);
        // Each weight alone is rounded to 0, which adds up over 63 of them to far more.
        float lost = weights.Take(64).Sum(w => (MathF.Round(w * 127) / 127) - w);
        Assert.True(Math.Abs(lost) > 0.1);

        static float Mean(float[] values, int channel) => Enumerable.Range(0, 64).Average(i => values[(i * 4) + channel]);
    }

    [Fact]
    public void Kept_layers_stay_float_and_unknown_names_are_refused()
    {
        DenseTensor<float> images = TestGraphs.Noise(3, -1, 1, 4, 2, 2, 2);
        FloatGraph graph = Int8Graph.Build(TwoLayers, ["a"], Statistics(TwoLayers, images), RangeMethod.MinMax);
        Assert.Contains(graph.Model.Graph.Initializer, t => t.Name == "a.weight");
        Assert.Contains(graph.Model.Graph.Initializer, t => t.Name == "c.weight_quantized");
        var unknown = Assert.Throws<InputException>(() => QuantizationPlan.Of(TwoLayers, ["cc"]));
        Assert.Contains("'cc'", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("no layer left", Assert.Throws<InputException>(() => QuantizationPlan.Of(TwoLayers, ["a", "c"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_bias_that_is_large_compared_with_its_weights_fits_its_32_bits()
    {
        FloatGraph graph = TestGraphs.Of(
            1, 1, ("Conv", "a", ["input"], [1e-9f, 1], [2, 1, 1, 1], [3000, 1]), ("Relu", "b", ["a"], null, null, null),
            ("GlobalAveragePool", "c", ["b"], null, null, null));
        DenseTensor<float> images = TestGraphs.Noise(6, 0, 1, 8, 1, 1, 1);
        Assert.Equal(3000f, ((float[])TestGraphs.Run(Quantize(graph, images), images)["c"])[0], 15f);
    }

    private static FloatGraph Quantize(FloatGraph graph, DenseTensor<float> images) =>
        Int8Graph.Build(graph, [], Statistics(graph, images), RangeMethod.MinMax);

    private static Dictionary<string, TensorStatistics> Statistics(FloatGraph graph, DenseTensor<float> images) =>
        Calibration.Run(graph, QuantizationPlan.Of(graph, []).Tensors, [images], "test", histograms: true,
            TestContext.Current.CancellationToken);

    /// <summary>x86 processors without VNNI add pairs of products in 16 bits, which saturate; all others are exact.</summary>
    private static void Equal(Func<bool, byte[]> layer, byte[] actual)
    {
        if (!X86Base.IsSupported || !actual.SequenceEqual(layer(true)))
            Assert.Equal(layer(false), actual);
    }

    private static byte[] Layer(FloatGraph graph, string layer, string from, string to, byte[] x, int inputs, int outputs,
        bool saturatingPairs)
    {
        sbyte[] weights = Bytes<sbyte>(graph, $"{layer}.weight_quantized");
        float[] scales = Bytes<float>(graph, $"{layer}.weight_scale");
        int[] bias = Bytes<int>(graph, $"{layer}.bias_quantized");
        byte[] y = new byte[4 * outputs * 4];
        for (int i = 0; i < y.Length; i++)
        {
            (int image, int o, int place) = (i / (outputs * 4), i / 4 % outputs, i % 4);
            int Product(int c) => c < inputs ? weights[(o * inputs) + c] * x[(((image * inputs) + c) * 4) + place] : 0;
            int sum = bias[o];
            for (int c = 0; c < inputs; c += 2)
            {
                int pair = Product(c) + Product(c + 1);
                sum += saturatingPairs ? Math.Clamp(pair, short.MinValue, short.MaxValue) : pair;
            }

            for (int c = 0; c < inputs; c++)
                sum -= weights[(o * inputs) + c] * Zero(graph, from);
            float factor = Scale(graph, from) * scales[o] / Scale(graph, to);
            y[i] = Clip((int)MathF.Round(sum * factor, MidpointRounding.ToEven) + Zero(graph, to));
        }

        return y;
    }

    private static byte Clip(int value) => (byte)Math.Clamp(value, 0, 255);

    private static float Scale(FloatGraph graph, string tensor) => Bytes<float>(graph, $"{tensor}_scale")[0];

    private static byte Zero(FloatGraph graph, string tensor) => Bytes<byte>(graph, $"{tensor}_zero_point")[0];

    private static T[] Bytes<T>(FloatGraph graph, string name)
        where T : unmanaged =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(graph.Model.Graph.Initializer.Single(t => t.Name == name).RawData.Span)
            .ToArray();
}

using ReMem.Export.Onnx;

namespace ReMem.Export.Int8;

/// <summary>
/// Cross-layer equalisation (Nagel et al. 2019, arXiv 1906.04721): where only a ReLU or nothing is between two convolutions, a channel may
/// be scaled down in the first and up in the second without changing the float32 model's outputs. Channels of similar size share a range of
/// eight bits better.
/// </summary>
internal static class Equalization
{
    private const double MinFactor = 1e-2, MaxFactor = 1e2;

    /// <summary>Activations between two convolutions, with both convolutions; the second is the only consumer.</summary>
    public static IReadOnlyList<(QuantizedLayer First, string Tensor, QuantizedLayer Second)> Pairs(FloatGraph graph, QuantizationPlan plan)
    {
        ILookup<string, NodeProto> consumers = graph.Consumers();
        Dictionary<string, QuantizedLayer> byInput = plan.Layers.Where(l => l.IsConvolution && consumers[l.Input].Count() == 1)
            .ToDictionary(l => l.Input);
        var pairs = new List<(QuantizedLayer, string, QuantizedLayer)>();
        foreach (QuantizedLayer first in plan.Layers.Where(l => l.IsConvolution))
        {
            string tensor = first.Node.Output[0];
            if (consumers[tensor].ToList() is [{ OpType: "Relu" } relu])
                tensor = relu.Output[0];
            if (byInput.TryGetValue(tensor, out QuantizedLayer? second) && !graph.IsOutput(tensor)
                && (second.Groups == 1 || IsDepthwise(graph, second)))
                pairs.Add((first, tensor, second));
        }

        return pairs;
    }

    /// <summary>Equalises every pair, using the calibration statistics.</summary>
    /// <param name="graph">Changed.</param>
    /// <param name="plan">The layers.</param>
    /// <param name="statistics">Statistics of each activation.</param>
    /// <returns>The number of pairs.</returns>
    public static int Apply(FloatGraph graph, QuantizationPlan plan, IReadOnlyDictionary<string, TensorStatistics> statistics)
    {
        IReadOnlyList<(QuantizedLayer First, string Tensor, QuantizedLayer Second)> pairs = Pairs(graph, plan);
        foreach ((QuantizedLayer first, string tensor, QuantizedLayer second) in pairs)
        {
            bool depthwise = IsDepthwise(graph, second);
            float[] weights = graph.Floats(second.Weight), sizes = statistics[tensor].ChannelSizes;
            int channels = sizes.Length, outputs = (int)graph.Shape(second.Weight)[0],
                inner = weights.Length / outputs / (depthwise ? 1 : channels);
            double[] factors = new double[channels];
            for (int c = 0; c < channels; c++)
            {
                // A depthwise channel has its own scale, which takes any factor; with a shared scale, the weights pay for a smaller
                // activation.
                double other = depthwise ? 1 : MaxMagnitude(weights, c, channels, outputs, inner);
                factors[c] = sizes[c] > 0 && other > 0 ? (depthwise ? sizes[c] : Math.Sqrt(sizes[c] / other)) : double.NaN;
            }

            double[] known = [.. factors.Where(double.IsFinite)];
            if (known.Length == 0)
                continue;
            double mean = Math.Exp(known.Average(Math.Log));
            for (int c = 0; c < channels; c++)
                factors[c] = double.IsFinite(factors[c]) ? Math.Clamp(factors[c] / mean, MinFactor, MaxFactor) : 1;
            Divide(graph, first.Weight, factors);
            if (first.Bias is { } bias)
                Divide(graph, bias, factors);
            for (int i = 0; i < weights.Length; i++)
                weights[i] = (float)(weights[i] * factors[depthwise ? i / inner : i / inner % channels]);
            graph.SetFloats(second.Weight, weights);
        }

        return pairs.Count;
    }

    private static bool IsDepthwise(FloatGraph graph, QuantizedLayer layer) =>
        graph.Shape(layer.Weight) is [var outputs, 1, _, _] && outputs == layer.Groups && outputs > 1;

    private static double MaxMagnitude(float[] weights, int channel, int channels, int outputs, int inner)
    {
        double max = 0;
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inner; i++)
                max = Math.Max(max, Math.Abs(weights[(((o * channels) + channel) * inner) + i]));
        }

        return max;
    }

    private static void Divide(FloatGraph graph, string name, double[] factors)
    {
        float[] values = graph.Floats(name);
        int inner = values.Length / factors.Length;
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(values[i] / factors[i / inner]);
        graph.SetFloats(name, values);
    }
}

using ReMem.Export.Onnx;
using static TorchSharp.torch;

namespace ReMem.Export.Int8;

/// <summary>
/// Turns a float32 graph into one with QuantizeLinear and DequantizeLinear pairs: weights int8 for each output channel, activations uint8
/// for each tensor, biases int32. ONNX Runtime and other runtimes compute what is between two pairs in int8.
/// </summary>
internal static class Int8Graph
{
    /// <summary>A bias must fit 32 bits, with some range left for the sum that it is added to.</summary>
    private const double MaxBias = 1 << 30;

    /// <summary>Builds the quantised graph.</summary>
    /// <param name="source">The float32 model; not changed.</param>
    /// <param name="kept">timm's names of layers that stay float32.</param>
    /// <param name="statistics">Statistics of each activation of the plan, with histograms.</param>
    /// <param name="ranges">How ranges are chosen.</param>
    public static FloatGraph Build(
        FloatGraph source, IReadOnlyCollection<string> kept, IReadOnlyDictionary<string, TensorStatistics> statistics, RangeMethod ranges)
    {
        FloatGraph graph = source.Clone();
        QuantizationPlan plan = QuantizationPlan.Of(graph, kept);
        Dictionary<string, TensorRange> chosen = plan.Tensors.ToDictionary(t => t,
            t => statistics[plan.Shared.GetValueOrDefault(t, t)].Range(ranges));
        var before = new Dictionary<NodeProto, NodeProto[]>(ReferenceEqualityComparer.Instance);
        foreach (QuantizedLayer layer in plan.Layers)
            before[layer.Node] = Weights(graph, layer, chosen[layer.Input], statistics[layer.Input].ChannelMeans);
        Round(graph, plan, chosen, before);
        graph.DropUnused();
        return graph;
    }

    /// <summary>The layer's weights and bias as integers, and the nodes that dequantise them.</summary>
    private static NodeProto[] Weights(FloatGraph graph, QuantizedLayer layer, TensorRange input, double[] means)
    {
        long[] shape = graph.Shape(layer.Weight);
        float[] weights = graph.Floats(layer.Weight);
        int channels = (int)shape[layer.Axis];
        float[]? bias = layer.Bias is { } given ? graph.Floats(given) : null;
        (sbyte[] values, float[] scales) = WeightQuantizer.Round(
            weights, channels, layer.IsConvolution,
                bias is null ? null : [.. bias.Select(b => (float)(Math.Abs(b) / MaxBias / input.Scale))]);
        string scale = graph.Add<float>($"{layer.Weight}_scale", ScalarType.Float32, [channels], scales);
        string zero = graph.Add<sbyte>($"{layer.Weight}_zero_point", ScalarType.Int8, [channels], new sbyte[channels]);
        string rounded = graph.Add<sbyte>($"{layer.Weight}_quantized", ScalarType.Int8, shape, values);
        NodeProto back = Node("DequantizeLinear", [rounded, scale, zero], $"{layer.Weight}_dequantized", layer.Axis);
        layer.Node.Input[1] = back.Output[0];
        if (bias is null)
            return [back];

        Correct(bias, layer, weights, values, scales, means);
        float[] biasScales = [.. scales.Select(s => s * input.Scale)];
        int[] biasValues = [.. bias.Select((b, c) => (int)Math.Clamp(Math.Round(b / (double)biasScales[c]), -MaxBias, MaxBias))];
        string name = layer.Bias!;
        NodeProto biasBack = Node(
            "DequantizeLinear",
            [
                graph.Add<int>($"{name}_quantized", ScalarType.Int32, [channels], biasValues), graph.Add<float>($"{name}_scale",
                    ScalarType.Float32, [channels], biasScales),
                graph.Add<int>($"{name}_zero_point", ScalarType.Int32, [channels], new int[channels]),
            ],
            $"{name}_dequantized",
            0);
        layer.Node.Input[2] = biasBack.Output[0];
        return [back, biasBack];
    }

    /// <summary>Corrects the bias for the mean error of rounding the weights.</summary>
    private static void Correct(float[] bias, QuantizedLayer layer, float[] weights, sbyte[] values, float[] scales, double[] means)
    {
        int length = weights.Length / bias.Length, inner = length / (means.Length / (int)layer.Groups), inputs = length / inner;
        int outputsPerGroup = bias.Length / (int)layer.Groups;
        for (int o = 0; o < bias.Length; o++)
        {
            double added = 0;
            int group = o / outputsPerGroup;
            for (int i = 0; i < length; i++)
                added +=
                    ((values[(o * length) + i] * (double)scales[o]) - weights[(o * length) + i]) * means[(group * inputs) + (i / inner)];
            bias[o] = (float)(bias[o] - added);
        }
    }

    /// <summary>Inserts a pair after each activation of the plan, and connects all its consumers to the rounded one.</summary>
    private static void Round(
        FloatGraph graph, QuantizationPlan plan, Dictionary<string, TensorRange> chosen, Dictionary<NodeProto, NodeProto[]> before)
    {
        Dictionary<string, NodeProto> producers = graph.Producers();
        ILookup<string, NodeProto> consumers = graph.Consumers();
        var after = new Dictionary<NodeProto, NodeProto[]>(ReferenceEqualityComparer.Instance);
        var first = new List<NodeProto>();
        foreach (string tensor in plan.Tensors)
        {
            TensorRange range = chosen[tensor];
            string scale = graph.Add<float>($"{tensor}_scale", ScalarType.Float32, [], [range.Scale]);
            string zero = graph.Add<byte>($"{tensor}_zero_point", ScalarType.Byte, [], [range.ZeroPoint]);
            NodeProto rounded = Node("QuantizeLinear", [tensor, scale, zero], $"{tensor}_quantized", null);
            NodeProto back = Node("DequantizeLinear", [rounded.Output[0], scale, zero], $"{tensor}_dequantized", null);
            foreach (NodeProto consumer in consumers[tensor])
            {
                for (int i = 0; i < consumer.Input.Count; i++)
                {
                    if (consumer.Input[i] == tensor)
                        consumer.Input[i] = back.Output[0];
                }
            }

            if (producers.TryGetValue(tensor, out NodeProto? producer))
                after[producer] = [rounded, back];
            else
                first.AddRange([rounded, back]);
        }

        graph.Insert(before, after, first);
    }

    private static NodeProto Node(string type, string[] inputs, string output, int? axis)
    {
        var node = new NodeProto { OpType = type, Name = output };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        if (axis is { } along)
            node.Attribute.Add(new AttributeProto { Name = "axis", I = along, Type = AttributeProto.Types.AttributeType.Int });
        return node;
    }
}

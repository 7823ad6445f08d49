using ReMem.Export.Onnx;
using ReMem.Runtime;

namespace ReMem.Export.Int8;

/// <summary>The layers and activations of a graph to quantise.</summary>
/// <param name="Layers">The layers, in order.</param>
/// <param name="Tensors">The activations that are rounded to eight bits, in order.</param>
/// <param name="Shared">Activations with the range of another one, since the operator between them only moves numbers.</param>
internal sealed record QuantizationPlan(
    IReadOnlyList<QuantizedLayer> Layers, IReadOnlyList<string> Tensors, IReadOnlyDictionary<string, string> Shared)
{
    /// <summary>
    /// Operators of convolutional networks that ONNX Runtime computes in int8, or between two int8 operators at little cost.
    /// </summary>
    private static readonly HashSet<string> Followed =
        ["GlobalAveragePool", "MaxPool", "Flatten", "Relu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish"];

    private static readonly HashSet<string> Moving = ["MaxPool", "Flatten"];

    /// <summary>
    /// Plans. A convolution's input and output are rounded, of a product only the input: what follows it is float32. Between convolutions,
    /// sums, gates and pools are also int8; where layer norms keep a float32 residual stream, they are not.
    /// </summary>
    /// <param name="graph">The float32 model.</param>
    /// <param name="kept">timm's names of layers that stay float32.</param>
    /// <exception cref="InputException">A name is not a layer, or no layer is left.</exception>
    public static QuantizationPlan Of(FloatGraph graph, IReadOnlyCollection<string> kept)
    {
        IReadOnlyList<QuantizedLayer> all = QuantizedLayer.Of(graph);
        string[] names = [.. all.Select(l => l.Name)];
        if (kept.FirstOrDefault(k => !names.Contains(k)) is { } unknown)
            throw Nearest.Unknown("layer", unknown, names, "--int8-keep");
        QuantizedLayer[] layers = [.. all.Where(l => !kept.Contains(l.Name))];
        if (layers.Length == 0)
            throw new InputException("The model has no layer left to quantise.", "export",
                all.Count > 0 ? "Keep fewer layers in float32." : "Give a model of convolutions or products.");

        ILookup<string, NodeProto> consumers = graph.Consumers();
        HashSet<string> convolutions = [.. layers.Where(l => l.IsConvolution).Select(l => l.Node.Output[0])];
        HashSet<string> wanted = [.. layers.Select(l => l.Input)];
        bool sums = !graph.Nodes.Any(n => n.OpType == "LayerNormalization");
        HashSet<string> rounded = [.. graph.Model.Graph.Input.Select(i => i.Name).Where(wanted.Contains)];
        var tensors = new List<string>(rounded);
        var shared = new Dictionary<string, string>();
        foreach (NodeProto node in graph.Nodes)
        {
            string output = node.Output[0];
            if (graph.IsOutput(output)
                || !(wanted.Contains(output) || convolutions.Contains(output) || (Follows(node) && node.Input.Any(rounded.Contains))))
                continue;
            rounded.Add(output);
            // A clipping activation is part of the operator before it: only its result is rounded.
            if (consumers[output].ToList() is [{ OpType: "Relu" or "Clip" }])
                continue;
            tensors.Add(output);
            if (Moving.Contains(node.OpType) && rounded.Contains(node.Input[0]))
                shared[output] = shared.GetValueOrDefault(node.Input[0], node.Input[0]);
        }

        bool Follows(NodeProto node) => node.OpType switch
        {
            "Add" or "Mul" => (sums || node.OpType == "Mul") && node.Input.All(rounded.Contains),
            _ => Followed.Contains(node.OpType) && node.Input.Where(i => !graph.IsConstant(i)).All(rounded.Contains),
        };
        return new QuantizationPlan(layers, tensors, shared);
    }
}

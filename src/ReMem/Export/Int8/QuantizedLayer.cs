using ReMem.Export.Onnx;

namespace ReMem.Export.Int8;

/// <summary>A layer with weights that may be quantised: a convolution or a product with a constant matrix.</summary>
/// <param name="Node">The node.</param>
/// <param name="Name">timm's name of the layer.</param>
/// <param name="Weight">Its constant: [out, in / groups, h, w] for a convolution, [in, out] for a product.</param>
/// <param name="IsConvolution">Whether it is a convolution; else a product.</param>
internal sealed record QuantizedLayer(NodeProto Node, string Name, string Weight, bool IsConvolution)
{
    private const string Suffix = ".weight";

    /// <summary>Its input activation.</summary>
    public string Input => Node.Input[0];

    /// <summary>The axis of <see cref="Weight"/> along which each channel has its own scale.</summary>
    public int Axis => IsConvolution ? 0 : 1;

    /// <summary>A convolution's bias; null where there is none.</summary>
    public string? Bias => IsConvolution && Node.Input.Count > 2 && Node.Input[2].Length > 0 ? Node.Input[2] : null;

    /// <summary>A convolution's number of groups.</summary>
    public long Groups => IsConvolution ? FloatGraph.Integer(Node, "group", 1) : 1;

    /// <summary>Finds every such layer of a graph, in order.</summary>
    public static IReadOnlyList<QuantizedLayer> Of(FloatGraph graph) =>
    [
        .. graph.Nodes.Where(n =>
            n.OpType is "Conv" or "MatMul" && n.Input.Count > 1 && graph.IsFloatConstant(n.Input[1]) && !graph.IsConstant(n.Input[0]))
            .Where(n => graph.Shape(n.Input[1]).Length == (n.OpType == "Conv" ? 4 : 2))
            .Select(n => new QuantizedLayer(
                n, n.Input[1].EndsWith(Suffix, StringComparison.Ordinal) ? n.Input[1][..^Suffix.Length] : n.Input[1], n.Input[1],
                n.OpType == "Conv")),
    ];
}

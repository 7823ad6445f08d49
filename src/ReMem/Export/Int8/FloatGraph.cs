using System.Runtime.InteropServices;
using Google.Protobuf;
using ReMem.Export.Onnx;
using static TorchSharp.torch;

namespace ReMem.Export.Int8;

/// <summary>A mutable float32 ONNX model in memory: its nodes, and its float32 constants as arrays.</summary>
internal sealed class FloatGraph
{
    private readonly Dictionary<string, TensorProto> _constants;

    private FloatGraph(ModelProto model)
    {
        Model = model;
        _constants = model.Graph.Initializer.ToDictionary(t => t.Name);
    }

    /// <summary>The model; its float32 constants are those of the last <see cref="SetFloats"/>.</summary>
    public ModelProto Model { get; }

    /// <summary>The nodes, in topological order.</summary>
    public IList<NodeProto> Nodes => Model.Graph.Node;

    /// <summary>Reads an ONNX file whose weights are inside.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="where">Its name, for messages.</param>
    /// <param name="isQuantized">Whether it may already be quantised.</param>
    /// <exception cref="InputException">It is not such a file, or cannot be quantised.</exception>
    public static FloatGraph Read(ReadOnlySpan<byte> bytes, string where, bool isQuantized = false)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InputException("This is not an ONNX file.", where, "Export it again.", e);
        }

        if (model.Graph?.Initializer.Any(t => t.ExternalData.Count > 0) != false)
            throw new InputException("An ONNX file with its weights in another file cannot be quantised.", where,
                "Export it with its weights inside.");
        if (model.Graph.Initializer.GroupBy(t => t.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InputException($"The ONNX file has the constant '{twice.Key}' twice.", where, "Export it again.");
        var graph = new FloatGraph(model);
        foreach (NodeProto node in graph.Nodes)
        {
            if (!isQuantized && node.OpType is "QuantizeLinear" or "DequantizeLinear" or "QLinearConv" or "DynamicQuantizeLinear")
                throw new InputException($"The ONNX file is already quantised (the node '{node.Name}').", where, "Give the float32 file.");
        }

        graph.FoldTransposes();
        return graph;
    }

    /// <summary>An independent copy.</summary>
    public FloatGraph Clone() => new(Model.Clone());

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes() => Model.ToByteArray();

    /// <summary>Whether a name is a float32 constant.</summary>
    public bool IsFloatConstant(string name) =>
        _constants.TryGetValue(name, out TensorProto? t) && t.DataType == OnnxTypes.Of(ScalarType.Float32);

    /// <summary>Whether a name is a constant of any type.</summary>
    public bool IsConstant(string name) => _constants.ContainsKey(name);

    /// <summary>A constant's sizes.</summary>
    public long[] Shape(string name) => [.. _constants[name].Dims];

    /// <summary>A float32 constant's numbers, in C order.</summary>
    public float[] Floats(string name) => MemoryMarshal.Cast<byte, float>(_constants[name].RawData.Span).ToArray();

    /// <summary>Replaces a float32 constant's numbers.</summary>
    public void SetFloats(string name, ReadOnlySpan<float> values) =>
        _constants[name].RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values));

    /// <summary>Adds a constant.</summary>
    public string Add<T>(string name, ScalarType type, long[] shape, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var tensor = new TensorProto
        {
            Name = name,
            DataType = OnnxTypes.Of(type),
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)),
        };
        tensor.Dims.AddRange(shape);
        _constants.Add(name, tensor);
        Model.Graph.Initializer.Add(tensor);
        return name;
    }

    /// <summary>Inserts nodes before and after others. Nodes are compared by reference: protobuf compares them by value.</summary>
    public void Insert(IReadOnlyDictionary<NodeProto, NodeProto[]> before, IReadOnlyDictionary<NodeProto, NodeProto[]> after,
        IEnumerable<NodeProto> first)
    {
        NodeProto[] all =
            [.. first, .. Nodes.SelectMany(n => (NodeProto[])[.. before.GetValueOrDefault(n, []), n, .. after.GetValueOrDefault(n, [])])];
        Nodes.Clear();
        Model.Graph.Node.AddRange(all);
    }

    /// <summary>The part of the model after a tensor, which becomes its input: float32 [B, 3, S, S].</summary>
    public FloatGraph From(string tensor, int size)
    {
        FloatGraph part = Clone();
        if (part.Model.Graph.Input.Any(i => i.Name == tensor))
            return part;
        Dictionary<string, NodeProto> producers = part.Producers();
        var needed = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var open = new Stack<string>(part.Model.Graph.Output.Select(o => o.Name));
        while (open.TryPop(out string? name))
        {
            if (name != tensor && producers.TryGetValue(name, out NodeProto? node) && needed.Add(node))
            {
                foreach (string input in node.Input)
                    open.Push(input);
            }
        }

        NodeProto[] kept = [.. part.Nodes.Where(needed.Contains)];
        part.Nodes.Clear();
        part.Model.Graph.Node.AddRange(kept);
        part.Model.Graph.Input.Clear();
        part.Model.Graph.Input.Add(OnnxGraph.Value(tensor, ScalarType.Float32, "batch", 3, size, size));
        part.DropUnused();
        return part;
    }

    /// <summary>Removes the constants that no node uses any more.</summary>
    public void DropUnused()
    {
        HashSet<string> used = [.. Nodes.SelectMany(n => n.Input)];
        foreach (TensorProto tensor in Model.Graph.Initializer.Where(t => !used.Contains(t.Name)).ToList())
        {
            Model.Graph.Initializer.Remove(tensor);
            _constants.Remove(tensor.Name);
        }
    }

    /// <summary>The nodes that take each tensor.</summary>
    public ILookup<string, NodeProto> Consumers() =>
        Nodes.SelectMany(n => n.Input.Distinct().Select(i => (Input: i, Node: n))).ToLookup(p => p.Input, p => p.Node);

    /// <summary>The node that makes each tensor.</summary>
    public Dictionary<string, NodeProto> Producers() =>
        Nodes.SelectMany(n => n.Output.Select(o => (Output: o, Node: n))).ToDictionary(p => p.Output, p => p.Node);

    /// <summary>Whether a tensor is an output of the whole model.</summary>
    public bool IsOutput(string name) => Model.Graph.Output.Any(o => o.Name == name);

    /// <summary>An integer attribute of a node.</summary>
    public static long Integer(NodeProto node, string attribute, long otherwise) =>
        node.Attribute.FirstOrDefault(a => a.Name == attribute)?.I ?? otherwise;

    /// <summary>
    /// A linear layer's weight is written as torch stores it, and transposed by a node; when quantised, it is stored transposed.
    /// </summary>
    private void FoldTransposes()
    {
        ILookup<string, NodeProto> consumers = Consumers();
        foreach (NodeProto node in Nodes.Where(n => n.OpType == "Transpose" && IsFloatConstant(n.Input[0])).ToList())
        {
            string name = node.Input[0];
            long[] shape = Shape(name);
            long[] order = [.. node.Attribute.FirstOrDefault(a => a.Name == "perm")?.Ints ?? []];
            if (shape.Length != 2 || (order.Length > 0 && order is not [1, 0]) || consumers[name].Count() > 1)
                continue;
            float[] values = Floats(name), turned = new float[values.Length];
            (int rows, int columns) = ((int)shape[0], (int)shape[1]);
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < columns; c++)
                    turned[(c * rows) + r] = values[(r * columns) + c];
            }

            TensorProto tensor = _constants[name];
            tensor.Dims.Clear();
            tensor.Dims.AddRange([columns, rows]);
            SetFloats(name, turned);
            foreach (NodeProto consumer in consumers[node.Output[0]])
            {
                for (int i = 0; i < consumer.Input.Count; i++)
                {
                    if (consumer.Input[i] == node.Output[0])
                        consumer.Input[i] = name;
                }
            }

            Nodes.Remove(node);
        }
    }
}

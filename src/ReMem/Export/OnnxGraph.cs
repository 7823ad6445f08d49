using Google.Protobuf;
using ReMem.Export.Onnx;
using TorchSharp;
using static TorchSharp.torch;
using AttributeType = ReMem.Export.Onnx.AttributeProto.Types.AttributeType;

namespace ReMem.Export;

/// <summary>Builds an ONNX graph node by node. Initialisers keep the names and shapes of the parameters they come from.</summary>
internal sealed class OnnxGraph(IReadOnlyDictionary<string, Tensor> state)
{
    private const int Float = 1;
    private const int Int64 = 7;
    private readonly GraphProto _graph = new();
    private readonly HashSet<string> _initialisers = [];
    private int _count;

    public GraphProto Graph => _graph;

    /// <summary>Adds a node with one output.</summary>
    public string Node(string type, IEnumerable<string> inputs, params (string Name, object Value)[] attributes)
    {
        string output = $"{type.ToLowerInvariant()}_{_count++}";
        var node = new NodeProto { OpType = type, Name = output };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        node.Attribute.AddRange(attributes.Select(a => Attribute(a.Name, a.Value)));
        _graph.Node.Add(node);
        return output;
    }

    /// <summary>Whether the model has that parameter.</summary>
    public bool Has(string name) => state.ContainsKey(name);

    /// <summary>The initialiser of a model's parameter, in float32.</summary>
    public string Parameter(string name)
    {
        if (_initialisers.Add(name))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor value = state[name].detach().cpu().to(ScalarType.Float32).contiguous();
            Add(name, Float, value.shape, value.bytes.ToArray());
        }

        return name;
    }

    /// <summary>The initialiser of a tensor that the model computes, in float32 or int64.</summary>
    public string Constant(string name, Tensor value)
    {
        if (_initialisers.Add(name))
        {
            using DisposeScope scope = NewDisposeScope();
            bool whole = value.dtype == ScalarType.Int64;
            Add(name, whole ? Int64 : Float, value.shape, value.to(whole ? ScalarType.Int64 : ScalarType.Float32).contiguous().bytes.ToArray());
        }

        return name;
    }

    /// <summary>A constant of whole numbers, such as a shape.</summary>
    public string Integers(params long[] values)
    {
        string name = $"integers_{string.Join("_", values)}".Replace('-', 'm');
        if (_initialisers.Add(name))
            Add(name, Int64, [values.Length], [.. values.SelectMany(BitConverter.GetBytes)]);
        return name;
    }

    /// <summary>A scalar constant.</summary>
    public string Scalar(float value)
    {
        string name = FormattableString.Invariant($"scalar_{value:R}");
        if (_initialisers.Add(name))
            Add(name, Float, [], BitConverter.GetBytes(value));
        return name;
    }

    /// <summary>x W^T + b over the last axis, with parameters as torch.nn.Linear's; without b where there is none.</summary>
    public string Linear(string x, string layer)
    {
        string transposed = Node("Transpose", [Parameter($"{layer}.weight")], ("perm", new long[] { 1, 0 }));
        string product = Node("MatMul", [x, transposed]);
        return Has($"{layer}.bias") ? Node("Add", [product, Parameter($"{layer}.bias")]) : product;
    }

    /// <summary>A square 2-D convolution; its kernel, groups and bias are those of the parameters.</summary>
    public string Conv(string x, string layer, int stride = 1, int padding = 0)
    {
        long[] shape = state[$"{layer}.weight"].shape;
        bool depthwise = shape[1] == 1 && shape[0] > 1;
        string[] inputs = state.ContainsKey($"{layer}.bias") ? [x, Parameter($"{layer}.weight"), Parameter($"{layer}.bias")] : [x, Parameter($"{layer}.weight")];
        return Node(
            "Conv",
            inputs,
            ("kernel_shape", new[] { shape[2], shape[3] }),
            ("strides", new long[] { stride, stride }),
            ("pads", new long[] { padding, padding, padding, padding }),
            ("group", depthwise ? shape[0] : 1L));
    }

    /// <summary>Batch normalisation with its running statistics.</summary>
    public string BatchNorm(string x, string layer) => Node(
        "BatchNormalization",
        [x, Parameter($"{layer}.weight"), Parameter($"{layer}.bias"), Parameter($"{layer}.running_mean"), Parameter($"{layer}.running_var")],
        ("epsilon", 1e-5f));

    /// <summary>Layer normalisation over the last axis.</summary>
    public string LayerNorm(string x, string layer, float epsilon) =>
        Node("LayerNormalization", [x, Parameter($"{layer}.weight"), Parameter($"{layer}.bias")], ("axis", -1L), ("epsilon", epsilon));

    /// <summary>The exact GELU, x (1 + erf(x / sqrt 2)) / 2.</summary>
    public string Gelu(string x)
    {
        string erf = Node("Erf", [Node("Mul", [x, Scalar((float)Math.Sqrt(0.5))])]);
        return Node("Mul", [Node("Mul", [x, Scalar(0.5f)]), Node("Add", [erf, Scalar(1)])]);
    }

    /// <summary>GELU's tanh approximation, x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.</summary>
    public string GeluTanh(string x)
    {
        string cube = Node("Mul", [Node("Mul", [Node("Mul", [x, x]), x]), Scalar(0.044715f)]);
        string tanh = Node("Tanh", [Node("Mul", [Node("Add", [x, cube]), Scalar((float)Math.Sqrt(2 / Math.PI))])]);
        return Node("Mul", [Node("Mul", [x, Scalar(0.5f)]), Node("Add", [tanh, Scalar(1)])]);
    }

    /// <summary>Mean over height and width, [B, C, H, W] to [B, C, 1, 1].</summary>
    public string Pool(string x) => Node("GlobalAveragePool", [x]);

    /// <summary>[B, ...] to [B, rest].</summary>
    public string Flatten(string x) => Node("Flatten", [x], ("axis", 1L));

    /// <summary>Declares a float32 input or output; sizes that are null are the free batch dimension.</summary>
    public static ValueInfoProto Value(string name, params long?[] sizes)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(sizes.Select(s => s is { } size
            ? new TensorShapeProto.Types.Dimension { DimValue = size }
            : new TensorShapeProto.Types.Dimension { DimParam = "batch" }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = Float, Shape = shape } } };
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case long i:
                (attribute.I, attribute.Type) = (i, AttributeType.Int);
                break;
            case float f:
                (attribute.F, attribute.Type) = (f, AttributeType.Float);
                break;
            case long[] ints:
                attribute.Ints.AddRange(ints);
                attribute.Type = AttributeType.Ints;
                break;
            default:
                throw new ArgumentException($"attributes of type {value.GetType().Name} are not written", nameof(value));
        }

        return attribute;
    }

    private void Add(string name, int type, IEnumerable<long> dims, byte[] bytes)
    {
        var tensor = new TensorProto { Name = name, DataType = type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(dims);
        _graph.Initializer.Add(tensor);
    }
}

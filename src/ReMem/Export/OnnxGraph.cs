using Google.Protobuf;
using ReMem.Export.Onnx;
using ReMem.Runtime;
using ReMem.Weights.Files;
using TorchSharp;
using static TorchSharp.torch;
using AttributeType = ReMem.Export.Onnx.AttributeProto.Types.AttributeType;
using Dimension = ReMem.Export.Onnx.TensorShapeProto.Types.Dimension;

namespace ReMem.Export;

/// <summary>Builds an ONNX graph node by node. Initialisers keep the names and shapes of the parameters they come from.</summary>
/// <param name="state">The model's parameters and buffers.</param>
/// <param name="type">The type that the model computes in: Float32 or Float16.</param>
internal sealed class OnnxGraph(IReadOnlyDictionary<string, Tensor> state, ScalarType type)
{
    private readonly GraphProto _graph = new();
    private readonly HashSet<string> _names = [];
    private readonly List<PendingTensor> _initialisers = [];
    private int _count;

    /// <summary>The nodes.</summary>
    public GraphProto Graph => _graph;

    /// <summary>What the classifier sees, [B, features]; null before it is emitted.</summary>
    public string? Features { get; set; }

    /// <summary>The initialisers, whose numbers are read when they are written.</summary>
    public IReadOnlyList<PendingTensor> Initialisers => _initialisers;

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

    /// <summary>Whether the model has a parameter.</summary>
    public bool Has(string name) => state.ContainsKey(name);

    /// <summary>The initialiser of a model's parameter, in the graph's type.</summary>
    public string Parameter(string name) => Add(name, type, state[name].shape, () => state[name].alias());

    /// <summary>
    /// The initialiser of a tensor that the model computes: int64 stays int64, others are in the graph's type unless another is given.
    /// </summary>
    public string Constant(string name, Tensor value, ScalarType? stored = null) =>
        Add(name, stored ?? (value.dtype == ScalarType.Int64 ? ScalarType.Int64 : type), value.shape, () => value.alias());

    /// <summary>An integer constant, such as a shape.</summary>
    public string Integers(params long[] values) =>
        Add($"integers_{string.Join("_", values)}".Replace('-', 'm'), ScalarType.Int64, [values.Length], () => tensor(values));

    /// <summary>A scalar constant in the graph's type.</summary>
    public string Scalar(float value) => Add(FormattableString.Invariant($"scalar_{value:R}"), type, [], () => tensor(value));

    /// <summary>Casts to another type.</summary>
    public string Cast(string x, ScalarType to) => Node("Cast", [x], ("to", (long)OnnxTypes.Of(to)));

    /// <summary>
    /// A node that float16 graphs compute in float32: ONNX Runtime has no kernel in float16 for some, and takes them apart into maxima and
    /// minima that take several times as long as the convolutions around them.
    /// </summary>
    public string NodeInFloat32(string op, string x, params (string Name, object Value)[] attributes) => type == ScalarType.Float16
        ? Cast(Node(op, [Cast(x, ScalarType.Float32)], attributes), ScalarType.Float16)
        : Node(op, [x], attributes);

    /// <summary>x W^T + b over the last axis, with parameters as torch.nn.Linear's; without b where the layer has none.</summary>
    public string Linear(string x, string layer)
    {
        string transposed = Node("Transpose", [Parameter($"{layer}.weight")], ("perm", new long[] { 1, 0 }));
        string product = Node("MatMul", [x, transposed]);
        return Has($"{layer}.bias") ? Node("Add", [product, Parameter($"{layer}.bias")]) : product;
    }

    /// <summary>The classifier, as <see cref="Linear"/>; its input is <see cref="Features"/>.</summary>
    public string Classifier(string features, string layer)
    {
        Features = features;
        return Linear(features, layer);
    }

    /// <summary>A square 2-D convolution; its kernel, groups and bias are those of the parameters.</summary>
    public string Conv(string x, string layer, int stride = 1, int padding = 0)
    {
        string kernel = Parameter($"{layer}.weight");
        return Conv(Has($"{layer}.bias") ? [x, kernel, Parameter($"{layer}.bias")] : [x, kernel], layer, stride, padding, false);
    }

    /// <summary>
    /// A square 2-D convolution without bias and the batch normalisation behind it, with its running statistics, as one convolution: folded
    /// before rounding to float16. <paramref name="samePadding"/> is TensorFlow's, instead of <paramref name="padding"/> on all sides.
    /// </summary>
    public string ConvNorm(string x, string conv, string norm, int stride = 1, int padding = 0, bool samePadding = false,
        double epsilon = 1e-5)
    {
        Tensor Double(string name) => state[name].to(ScalarType.Float64);
        Tensor Gain()
        {
            using Scalar added = epsilon;
            return Double($"{norm}.weight") / Double($"{norm}.running_var").Plus(added).sqrt();
        }

        long[] shape = state[$"{conv}.weight"].shape;
        string kernel = Add($"{conv}.weight", type, shape, () => Double($"{conv}.weight") * Gain().view(-1, 1, 1, 1));
        string bias = Add($"{norm}.bias", type, [shape[0]], () => Double($"{norm}.bias") - (Double($"{norm}.running_mean") * Gain()));
        return Conv([x, kernel, bias], conv, stride, padding, samePadding);
    }

    /// <summary>Layer normalisation over the last axis.</summary>
    public string LayerNorm(string x, string layer, float epsilon) =>
        Node("LayerNormalization", [x, Parameter($"{layer}.weight"), Parameter($"{layer}.bias")], ("axis", -1L), ("epsilon", epsilon),
            ("stash_type", 1L));

    /// <summary>The exact GELU, x (1 + erf(x / sqrt 2)) / 2, in the form that ONNX Runtime fuses: with a division.</summary>
    public string Gelu(string x)
    {
        string erf = Node("Erf", [Node("Div", [x, Scalar((float)Math.Sqrt(2))])]);
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

    /// <summary>Declares an input or output; a size is a number, or the name of a free dimension.</summary>
    public static ValueInfoProto Value(string name, ScalarType type, params object[] sizes)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(sizes.Select(s =>
            s is string free ? new Dimension { DimParam = free } : new Dimension { DimValue = Convert.ToInt64(s, null) }));
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = OnnxTypes.Of(type), Shape = shape } },
        };
    }

    private string Conv(string[] inputs, string layer, int stride, int padding, bool samePadding)
    {
        long[] shape = state[$"{layer}.weight"].shape;
        bool depthwise = shape[1] == 1 && shape[0] > 1;
        return Node(
            "Conv",
            inputs,
            ("kernel_shape", new[] { shape[2], shape[3] }),
            ("strides", new long[] { stride, stride }),
            samePadding ? ("auto_pad", "SAME_UPPER") : ("pads", new long[] { padding, padding, padding, padding }),
            ("group", depthwise ? shape[0] : 1L));
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
            case string s:
                (attribute.S, attribute.Type) = (ByteString.CopyFromUtf8(s), AttributeType.String);
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

    private string Add(string name, ScalarType stored, long[] shape, Func<Tensor> read)
    {
        if (_names.Add(name))
            _initialisers.Add(new PendingTensor(new TensorEntry(name, stored, shape), read));
        return name;
    }
}
